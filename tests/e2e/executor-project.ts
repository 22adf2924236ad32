import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import type { RunEvent } from '../../framework/model/run-event.ts';

const root = resolve(import.meta.dirname, '../..');
const register = join(root, 'dist', 'register.js');

/** One `go.ts` process. */
export interface Going {
  readonly child: ChildProcess;
  readonly events: readonly RunEvent[];
  /** Resolves with the first event of this kind for which `test` holds. */
  until<T extends RunEvent['type']>(
    type: T,
    test?: (event: Extract<RunEvent, { type: T }>) => boolean,
  ): Promise<Extract<RunEvent, { type: T }>>;
  /** Its last event's run and steps, once it has ended. */
  readonly finished: Promise<Extract<RunEvent, { type: 'run-finished' }> | undefined>;
}

export interface ExecutorProject {
  readonly dir: string;
  /** A file that steps write a line into when they run; undefined until one has. */
  ran(): string | undefined;
  readonly ranFile: string;
  go(name: string, params?: object, env?: Readonly<Record<string, string>>): Going;
}

/** A copy of the fixture project with a store of its own, run by the built engine in processes of their own. */
export function executorProject(): ExecutorProject {
  if (!existsSync(register)) throw new Error('There is no dist/: run `npm run build` before the e2e tests.');
  const dir = mkdtempSync(join(tmpdir(), 'sluice-e2e-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  cpSync(join(import.meta.dirname, 'fixtures/executor-project'), dir, { recursive: true });
  const ranFile = join(dir, 'ran.txt');
  return {
    dir,
    ranFile,
    ran: () => (existsSync(ranFile) ? readFileSync(ranFile, 'utf8') : undefined),
    go: (name, params = {}, env = {}) => start(dir, name, params, env),
  };
}

function start(dir: string, name: string, params: object, env: Readonly<Record<string, string>>): Going {
  const args = ['--import', pathToFileURL(register).href, join(dir, 'go.ts'), name, JSON.stringify(params)];
  const { SLUICE_HOME: _home, SLUICE_STACK: _stack, ...inherited } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...inherited, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const events: RunEvent[] = [];
  const listeners = new Set<(event: RunEvent) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as RunEvent;
    events.push(event);
    for (const listener of listeners) listener(event);
  });
  const closed = new Promise<void>((done) => child.on('close', () => done()));
  return {
    child,
    events,
    async until(type, test = () => true) {
      const fits = (event: RunEvent): boolean => event.type === type && test(event as never);
      const found = new Promise<RunEvent>((done) => {
        const seen = events.find(fits);
        if (seen) done(seen);
        else listeners.add((event) => void (fits(event) && done(event)));
      });
      const ended = closed.then(() => Promise.reject(new Error(`${name} ended without ${type}`)));
      return (await Promise.race([found, ended])) as never;
    },
    finished: closed.then(() => events.find((event) => event.type === 'run-finished')),
  };
}
