import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { sluiceError } from '../../errors.ts';
import type { Project } from '../project.ts';

const FILES = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yaml', 'compose.yml'];

/** The project's compose file; undefined when it has none. */
export const composeFile = (project: Project): string | undefined =>
  FILES.map((name) => join(project.dir, name)).find(existsSync);

/** Undefined where `docker compose` works here, else why it does not. */
export async function composeProblem(): Promise<string | undefined> {
  for (const args of [['compose', 'version'], ['info']]) {
    const { code, said } = await docker(args);
    if (code === undefined) return 'there is no docker command';
    if (code !== 0) return `docker ${args.join(' ')} says: ${firstLine(said)}`;
  }
  return undefined;
}

/**
 * `docker compose … up|stop` for these services of the project; what it prints is given line by line.
 * @throws ERR_SERVICES.
 */
export async function compose(
  project: Project,
  { args, onLine }: { readonly args: readonly string[]; readonly onLine: (line: string) => void },
): Promise<void> {
  const file = composeFile(project);
  if (!file)
    throw sluiceError('ERR_SERVICES', { problem: `There is no docker-compose.yml in ${project.dir}.`, fix: HOW });
  const { code, said } = await docker(['compose', '--file', file, ...args], onLine);
  if (code === 0) return;
  throw sluiceError('ERR_SERVICES', {
    problem: `docker compose ${args.join(' ')} failed: ${lastLine(said)}`,
    fix: 'What it printed says why; a missing variable belongs into .env (see .env.example).',
  });
}

const HOW = 'Start the services of the stack yourself, at the addresses that sluice stack describe shows.';

const firstLine = (text: string): string => text.trim().split('\n')[0] ?? '';
const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** @returns no code when the command does not exist. */
function docker(
  args: readonly string[],
  onLine: (line: string) => void = () => {},
): Promise<{ readonly code: number | undefined; readonly said: string }> {
  return new Promise((done) => {
    const child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        for (const line of text.split('\n')) if (line.trim() !== '') onLine(line.trimEnd());
      });
    }
    child.on('error', (error) => done({ code: undefined, said: error.message }));
    child.on('close', (code) => done({ code: code ?? 1, said }));
  });
}
