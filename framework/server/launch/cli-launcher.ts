import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ERRORS, type ErrorCode, SluiceError, sluiceError } from '../../errors.ts';
import type { Project } from '../../stack/project.ts';
import type { NewRun } from '../api/pipeline.ts';
import { StartedRun } from '../api/run.ts';
import type { Launcher } from './launcher.ts';
import { TELL_PARENT } from './tell-parent.ts';

export interface CliLauncherOptions {
  readonly project: Project;
  /** The stack that the viewer shows. */
  readonly stack: string;
  /** Absolute path of `bin/sluice.js`. */
  readonly bin: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A pipeline's file may import for long; who waits longer than this is told so. */
const START_MS = 120_000;
const LONGEST_ANSWER = 16 * 1024 * 1024;

/**
 * Runs go on when the viewer ends: a training that somebody started from a page is not lost with a closed terminal. So the command is
 * detached, with its output in a file, and speaks to us over a channel that it can do without.
 */
export function cliLauncher(options: CliLauncherOptions): Launcher {
  const begin = (words: readonly string[], config?: object): Promise<StartedRun> => start(options, words, config);
  return {
    run: (pipeline, { params, stack = options.stack, name, tags, refresh, noCache }: NewRun) =>
      begin(
        [
          'run',
          pipeline,
          ...(refresh === true ? ['--refresh'] : []),
          ...(Array.isArray(refresh) && refresh.length > 0 ? ['--refresh', ...refresh] : []),
          ...(noCache ? ['--no-cache'] : []),
          `--stack=${stack}`,
        ],
        // In a file, where no value can pass for a flag.
        { params, run: { ...(name !== undefined && { name }), ...(tags && { tags }) } },
      ),
    resume: (run) => begin(['runs', 'resume', run, `--stack=${options.stack}`]),
    retry: (run) => begin(['runs', 'retry', run, `--stack=${options.stack}`]),
    ask: (words) => ask(options, words),
  };
}

async function start(options: CliLauncherOptions, words: readonly string[], config?: object): Promise<StartedRun> {
  const folder = join(options.project.home, 'viewer');
  await mkdir(folder, { recursive: true });
  const base = join(folder, randomUUID());
  const [configFile, errorFile] = [`${base}.json`, `${base}.err`];
  if (config) await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
  const errors = await open(errorFile, 'w', 0o600);
  const child = spawn(
    process.execPath,
    [options.bin, ...words, ...(config ? ['--config', configFile] : []), '--output', 'json', '--quiet'],
    {
      cwd: options.project.dir,
      env: { ...options.env, [TELL_PARENT]: '1' },
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', errors.fd, 'ipc'],
    },
  );
  await errors.close();
  try {
    return await firstWord(child, errorFile);
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
    // By then the command has read its parameters; its errors are in the record.
    await rm(configFile, { force: true });
    await removeQuietly(errorFile);
  }
}

/** The run that it says it has begun; or what it said when it ended without one. */
function firstWord(child: ChildProcess, errorFile: string): Promise<StartedRun> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      const problem = `The run did not begin within ${START_MS / 1000} s.`;
      reject(sluiceError('ERR_VIEWER', { problem, fix: 'sluice run in a terminal shows what it is waiting for.' }));
    }, START_MS);
    const settle = (act: () => void): void => {
      clearTimeout(late);
      act();
    };
    child.once('message', (message) => {
      const told = StartedRun.safeParse(message);
      if (told.success) settle(() => resolve(told.data));
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code) => {
      readFile(errorFile, 'utf8').then(
        (text) => settle(() => reject(saidError(text, code))),
        (error: unknown) => settle(() => reject(error)),
      );
    });
  });
}

/** On Windows a file that another process writes to can't be removed: it stays until the home folder is cleaned. */
async function removeQuietly(file: string): Promise<void> {
  try {
    await rm(file, { force: true });
  } catch (error) {
    if (!['EBUSY', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

const Said = z.object({ error: z.object({ code: z.string(), message: z.string(), hint: z.string().default('') }) });

/** The error that a command printed as JSON. */
function saidError(text: string, code: number | null): SluiceError {
  const at = text.indexOf('{');
  const said = at < 0 ? undefined : Said.safeParse(parsed(text.slice(at)));
  if (said?.success && Object.hasOwn(ERRORS, said.data.error.code)) {
    const { error } = said.data;
    return new SluiceError(error.code as ErrorCode, error.message, error.hint);
  }
  const problem = text.trim().split('\n').slice(-3).join('\n') || `The command ended with ${code ?? 'a signal'}.`;
  return sluiceError('ERR_VIEWER', { problem, fix: 'Try the same in a terminal: sluice run …' });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function ask({ project, stack, bin, env }: CliLauncherOptions, words: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [bin, ...words, `--stack=${stack}`, '--output', 'json'], {
    cwd: project.dir,
    env,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, code] = await Promise.all([textOf(child.stdout), textOf(child.stderr), ended(child)]);
  const answer = parsed(out);
  if (answer === undefined) throw saidError(err, code);
  return answer;
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size <= LONGEST_ANSWER) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
