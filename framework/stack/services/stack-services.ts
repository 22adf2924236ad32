import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sluiceError } from '../../errors.ts';
import type { Project } from '../project.ts';
import { readStackConfig, type StackConfig } from '../stack-config.ts';
import { type ComponentStatus, componentStatus } from './component-status.ts';
import { compose, composeFile, composeProblem } from './compose.ts';

export interface ServicesOptions {
  readonly project: Project;
  readonly stack: string;
  /** Told what is being done. */
  readonly onLine: (line: string) => void;
}

const PATIENCE_MS = 10_000;
const RETRY_MS = 1000;

/** @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID. */
export const stackStatus = async (project: Project, stack: string): Promise<readonly ComponentStatus[]> =>
  componentStatus(await readStackConfig(project, stack), project, PATIENCE_MS);

/**
 * Starts the services of a stack through docker compose, and waits until every component answers. Those that answer already are left alone.
 * @throws ERR_SERVICES when Docker does not work here (with how to start them without), or when they don't answer in time.
 */
export async function startServices(
  options: ServicesOptions & { readonly timeoutMs: number },
): Promise<readonly ComponentStatus[]> {
  const { project, stack, onLine, timeoutMs } = options;
  const config = await readStackConfig(project, stack);
  const before = await componentStatus(config, project, PATIENCE_MS);
  const silent = before.filter(({ answers }) => !answers);
  if (silent.length === 0) return before;
  const services = silent.flatMap((component) => component.services);
  if (services.length === 0) throw notAService(stack, silent);
  const problem = await composeProblem();
  if (problem !== undefined || !composeFile(project)) throw startThemYourself(project, silent, problem);
  await compose(project, { args: ['up', '--detach', ...services], onLine });
  return answering(config, project, { stack, deadline: Date.now() + timeoutMs, onLine });
}

/** Stops the services of a stack; their data stays. @throws ERR_SERVICES. */
export async function stopServices({ project, stack, onLine }: ServicesOptions): Promise<readonly string[]> {
  const statuses = await stackStatus(project, stack);
  const services = statuses.flatMap((component) => component.services);
  if (services.length === 0) return [];
  const problem = await composeProblem();
  if (problem !== undefined || !composeFile(project)) {
    const how = hasOwnServices(project) ? ' In this checkout: npm run services -- stop' : '';
    throw sluiceError('ERR_SERVICES', {
      problem: `Nothing was stopped: ${problem ?? `there is no docker-compose.yml in ${project.dir} (the package sluice has one to copy, with docker/ and .env.example)`}.`,
      fix: `Stop ${services.join(', ')} the way they were started.${how}`,
    });
  }
  await compose(project, { args: ['stop', ...services], onLine });
  return services;
}

async function answering(
  config: StackConfig,
  project: Project,
  {
    stack,
    deadline,
    onLine,
  }: { readonly stack: string; readonly deadline: number; readonly onLine: (line: string) => void },
): Promise<readonly ComponentStatus[]> {
  let waitedFor = '';
  for (;;) {
    const now = await componentStatus(
      config,
      project,
      Math.max(RETRY_MS, Math.min(PATIENCE_MS, deadline - Date.now())),
    );
    const silent = now.filter(({ answers }) => !answers);
    if (silent.length === 0) return now;
    if (Date.now() > deadline) {
      const said = silent.map(({ kind, detail }) => `${kind}: ${detail}`).join('\n  ');
      throw sluiceError('ERR_SERVICES', {
        problem: `The services of stack ${stack} were started and do not answer:\n  ${said}`,
        fix: 'docker compose logs shows what they say; --timeout SECONDS waits longer.',
      });
    }
    const names = silent.map(({ kind }) => kind).join(', ');
    if (names !== waitedFor) onLine(`waiting for ${names}`);
    waitedFor = names;
    await wait(RETRY_MS);
  }
}

function notAService(stack: string, silent: readonly ComponentStatus[]): Error {
  const said = silent.map(({ kind, detail }) => `${kind}: ${detail}`).join('\n  ');
  return sluiceError('ERR_SERVICES', {
    problem: `Stack ${stack} does not answer, and no service that could be started would help:\n  ${said}`,
    fix: `sluice stack doctor ${stack} says what to do.`,
  });
}

function startThemYourself(project: Project, silent: readonly ComponentStatus[], problem: string | undefined): Error {
  const why = problem ?? `there is no docker-compose.yml in ${project.dir}`;
  const what = silent.map(({ kind, flavor, detail }) => `${kind} (${flavor}): ${detail}`).join('\n  ');
  const ways = [
    ...(hasOwnServices(project)
      ? [
          'In this checkout, without Docker: npm run services -- start, then npm run --silent services -- env > .env for their addresses.',
        ]
      : []),
    'By hand: start each server where its component expects it (sluice stack describe shows the addresses), or install Docker. sluice stack doctor says what else is missing.',
  ];
  return sluiceError('ERR_SERVICES', {
    problem: `Docker can't start them here: ${why}. They do not answer:\n  ${what}`,
    fix: ways.join('\n'),
  });
}

/** This repository's own checkout has a script that starts the servers without Docker. */
const hasOwnServices = ({ dir }: Project): boolean => existsSync(join(dir, 'scripts', 'services.ts'));
