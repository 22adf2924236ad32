/**
 * What the engine adds to a step that does nothing, on the embedded stack: 200 steps in a chain and side by side, run and cached.
 *
 *   npm run build && node --import ./dist/register.js bench/engine-overhead.ts
 *
 * Cost per step is (time of 200 − time of 8) / 192, the median of nine pairs, so that what a run costs once is not in it.
 * "equal results": every step returns the same small object, whose bytes the store has after the first. "own results": each returns
 * its own, so that every step also writes and fsyncs a file; the line below the table says what that write alone costs on this disk.
 * The second table: whole processes, from start to exit, of a pipeline of four such steps in a chain.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline, run, step } from 'sluice';

const [FEW, MANY, PAIRS] = [8, 200, 9];

class NoOpSteps {
  @step() async equal(_: number, __?: unknown): Promise<{ ok: boolean }> {
    return { ok: true };
  }
  @step() async own(id: number, _?: unknown): Promise<{ id: number }> {
    return { id };
  }
}

interface Shape {
  readonly count: number;
  readonly results: 'equal' | 'own';
  readonly order: 'chain' | 'wide';
  readonly salt: number;
}

@pipeline({ name: 'no-ops' })
class NoOps {
  async run({ count, results, order, salt }: Shape) {
    const steps = new NoOpSteps();
    let last: unknown;
    for (let i = 0; i < count; i++) last = await steps[results](salt * 1e6 + i, order === 'chain' ? last : undefined);
    return 0;
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function timed(shape: Shape): Promise<number> {
  const start = performance.now();
  await run(NoOps, shape, { stack: 'local' });
  return performance.now() - start;
}

/** Milliseconds of writing one small file so that it survives a power cut, as the store does. */
function fsyncCost(folder: string): number {
  const times = Array.from({ length: 50 }, (_, i) => {
    const start = performance.now();
    const file = openSync(join(folder, `t${i}`), 'wx');
    writeSync(file, `{"id":${i}}`);
    fsyncSync(file);
    closeSync(file);
    renameSync(join(folder, `t${i}`), join(folder, `f${i}`));
    return performance.now() - start;
  });
  return median(times);
}

async function overheads(): Promise<Record<string, string>[]> {
  let salt = 0;
  const rows: Record<string, string>[] = [];
  const ms = (values: readonly number[]): string => `${median(values).toFixed(3)} ms`;
  for (const results of ['equal', 'own'] as const) {
    for (const order of ['chain', 'wide'] as const) {
      const times = { uncached: [] as number[], cached: [] as number[], few: [] as number[] };
      await timed({ count: FEW, results, order, salt: ++salt });
      for (let i = 0; i < PAIRS; i++) {
        const few = { results, order, salt: ++salt, count: FEW };
        const many = { results, order, salt: ++salt, count: MANY };
        const [fewRun, fewCached] = [await timed(few), await timed(few)];
        const [manyRun, manyCached] = [await timed(many), await timed(many)];
        times.uncached.push((manyRun - fewRun) / (MANY - FEW));
        times.cached.push((manyCached - fewCached) / (MANY - FEW));
        times.few.push(fewCached);
      }
      const [uncached, cached] = [ms(times.uncached), ms(times.cached)];
      rows.push({ results, order, uncached, cached, [`run of ${FEW}, cached`]: ms(times.few) });
    }
  }
  return rows;
}

const FOUR = `import { pipeline, step } from 'sluice';
class Steps {
  @step() async one(): Promise<{ n: number }> { return { n: 1 }; }
  @step() async two(n: number): Promise<{ n: number }> { return { n: n + 1 }; }
  @step() async three(n: number): Promise<{ n: number }> { return { n: n + 1 }; }
  @step() async four(n: number): Promise<{ n: number }> { return { n: n + 1 }; }
}
@pipeline({ name: 'four' })
export class Four {
  async run(_: unknown) {
    const steps = new Steps();
    return steps.four((await steps.three((await steps.two((await steps.one()).n)).n)).n);
  }
}
`;
const PROCESSES = 11;

/** Whole processes: what a user waits for between Enter and prompt. */
function wholeProcesses(folder: string): Record<string, string>[] {
  const project = join(folder, 'project');
  mkdirSync(join(project, 'pipelines'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "name": "four", "type": "module" }');
  writeFileSync(join(project, 'pipelines', 'four.pipeline.ts'), FOUR);
  const command = resolve(import.meta.dirname, '../bin/sluice.js');
  const { SLUICE_HOME: _home, ...env } = process.env;
  const node = (...args: string[]): number => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: project, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    return performance.now() - start;
  };
  const run = (...more: string[]): number => node(command, 'run', 'four', ...more);
  run();
  const times: Record<string, number[]> = {
    'node -e 0': [],
    'sluice run four, cached': [],
    'sluice run four, all run': [],
  };
  for (let i = 0; i < PROCESSES; i++) {
    times['node -e 0']?.push(node('-e', '0'));
    times['sluice run four, cached']?.push(run());
    times['sluice run four, all run']?.push(run('--refresh'));
  }
  return Object.entries(times).map(([what, all]) => ({ process: what, median: `${median(all).toFixed(0)} ms` }));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  process.env['SLUICE_HOME'] = join(folder, 'home');
  try {
    console.table(await overheads());
    console.log(`a durable write of a small file on this disk: ${fsyncCost(folder).toFixed(3)} ms`);
    console.log('budget: 1 ms a step that runs, 0.5 ms a cached one\n');
    console.table(wholeProcesses(folder));
    console.log('budget: 150 ms for the cached one');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
