/**
 * How long a step goes on after somebody has asked its run to stop (budget 2 s for one that is blocked): from the moment at which `sluice runs cancel` is started, or
 * the viewer's API is asked, until the process in which the step runs is gone. The clock that it has to keep is in `framework/executor/cancellation.ts`.
 *
 *   npm run build && node bench/cancel.ts [ROUNDS] [BUSY]
 *
 * Every round is a run of its own, in a process of its own, and all of them have nothing but the step. With BUSY that many processes compute beside it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const ROOT = resolve(import.meta.dirname, '..');
const SLUICE = join(ROOT, 'bin', 'sluice.js');
const REGISTER = pathToFileURL(join(ROOT, 'dist', 'register.js')).href;

const PIPELINE = `
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { pipeline, step } from 'sluice';
import { z } from 'zod';

const HOUR = 3_600_000;
/** Who has to be gone. */
const begun = (name: string): void => writeFileSync(name + '.begun', String(process.pid));
const compute = (): number => {
  for (let i = 0; ; i++) if (i === -1) return i;
};

class Steps {
  @step({ cache: false }) async awaits(name: string): Promise<number> {
    begun(name);
    return wait(HOUR, 1);
  }
  @step({ cache: false }) async blocks(name: string): Promise<number> {
    begun(name);
    return compute();
  }
  @step({ cache: false, isolation: 'process' }) async awaitsApart(name: string): Promise<number> {
    begun(name);
    return wait(HOUR, 1);
  }
  @step({ cache: false, isolation: 'process' }) async blocksApart(name: string): Promise<number> {
    begun(name);
    return compute();
  }
  @step({ cache: false, isolation: 'process' }) async deafApart(name: string): Promise<number> {
    process.on('SIGTERM', () => {});
    begun(name);
    return compute();
  }
  @step({ cache: false, isolation: 'process' }) async stubbornApart(name: string): Promise<number> {
    process.on('SIGTERM', () => {});
    begun(name);
    return wait(HOUR, 1);
  }
}

@pipeline({ name: 'long', params: z.object({ how: z.string(), file: z.string() }) })
export class Long {
  async run({ how, file }: { how: string; file: string }) {
    return new Steps()[how as 'awaits'](file);
  }
}
`;

const PROGRAM = `
import { run } from 'sluice';
import { Long } from './pipelines/long.pipeline.ts';
const [how, name] = process.argv.slice(2);
await run(Long, { how, file: name }, { name }).catch(() => {});
`;

interface Case {
  readonly what: string;
  readonly how: string;
  readonly from: 'command' | 'program';
}

const CASES: readonly Case[] = [
  { what: 'inline, awaits', how: 'awaits', from: 'command' },
  { what: 'inline, blocks the event loop', how: 'blocks', from: 'command' },
  { what: 'inline, blocks a program that calls run()', how: 'blocks', from: 'program' },
  { what: 'process, awaits', how: 'awaitsApart', from: 'command' },
  { what: 'process, blocks', how: 'blocksApart', from: 'command' },
  { what: 'process, blocks and ignores SIGTERM', how: 'deafApart', from: 'command' },
  { what: 'process, awaits and ignores SIGTERM (5 s more by the clock)', how: 'stubbornApart', from: 'command' },
];

interface Bench {
  readonly cwd: string;
  readonly viewer: string;
}

/** @returns seconds. */
async function timeOf({ how, from }: Case, by: 'CLI' | 'API', name: string, { cwd, viewer }: Bench): Promise<number> {
  const args = {
    command: [SLUICE, 'run', 'long', '--how', how, '--file', name, '--name', name],
    program: ['--import', REGISTER, 'go.ts', how, name],
  };
  const ended = endOf(start(args[from], cwd));
  const pid = await written(join(cwd, `${name}.begun`), ended);
  // Anywhere between two looks of the run for requests, which come twice a second.
  await pause(Math.random() * 500);
  const since = performance.now();
  const asked = by === 'CLI' ? endOf(start([SLUICE, 'runs', 'cancel', name], cwd)) : post(viewer, name);
  while (lives(pid)) await pause(5);
  const seconds = (performance.now() - since) / 1000;
  await Promise.all([asked, ended]);
  return seconds;
}

const start = (args: readonly string[], cwd: string): ChildProcess =>
  spawn(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'ignore'] });

const endOf = (child: ChildProcess): Promise<void> => new Promise((done) => child.on('close', () => done()));

async function post(viewer: string, name: string): Promise<void> {
  const answer = await fetch(`${viewer}/api/runs/${name}/cancel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

/** The number in a file, as soon as there is one. */
async function written(file: string, ended: Promise<void>): Promise<number> {
  const end = ended.then(() => 'ended' as const);
  for (;;) {
    const found = Number(readIfThere(file));
    if (found > 0) return found;
    if ((await Promise.race([end, pause(10)])) === 'ended') throw new Error('The run ended before its step began.');
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** `sluice viewer` on a free port: its address. */
async function serve(cwd: string): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const args = [SLUICE, 'viewer', '--port', '0', '--quiet'];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const text of child.stdout) return { child, url: new URL(String(text).trim()).origin };
  throw new Error('The viewer ended without an address.');
}

const shown = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[sorted.length >> 1]?.toFixed(2)} s, ${sorted.at(-1)?.toFixed(2)} s`;
};

async function main(rounds: number, busy: number): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  mkdirSync(join(cwd, 'pipelines'));
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ name: 'bench', type: 'module' }));
  writeFileSync(join(cwd, 'pipelines', 'long.pipeline.ts'), PIPELINE);
  writeFileSync(join(cwd, 'go.ts'), PROGRAM);
  symlinkSync(join(ROOT, 'node_modules'), join(cwd, 'node_modules'), 'junction');
  const load = Array.from({ length: busy }, () => start(['-e', 'for (;;) ;'], cwd));
  const { child, url: viewer } = await serve(cwd);
  try {
    const table: Record<string, string>[] = [];
    for (const [i, one] of CASES.entries()) {
      const times = { CLI: [] as number[], API: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        for (const by of ['CLI', 'API'] as const) {
          times[by].push(await timeOf(one, by, `${by}-${i}-${round}`.toLowerCase(), { cwd, viewer }));
        }
      }
      table.push({
        step: one.what,
        'CLI: median, slowest': shown(times.CLI),
        'API: median, slowest': shown(times.API),
      });
    }
    console.table(table);
  } finally {
    const ended = endOf(child);
    child.kill('SIGINT');
    for (const one of load) one.kill('SIGKILL');
    await ended;
    rmSync(cwd, { recursive: true, force: true, maxRetries: 5 });
  }
}

await main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 0));
