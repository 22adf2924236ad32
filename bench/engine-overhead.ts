/**
 * What the engine adds to a step that does nothing, on the embedded stack: 200 steps in a chain and side by side, run and cached.
 *
 *   npm run build && node --import ./dist/register.js bench/engine-overhead.ts
 *
 * Cost per step is (time of 200 − time of 8) / 192, the median of nine pairs, so that what a run costs once is not in it.
 * "equal results": every step returns the same small object, whose bytes the store has after the first. "own results": each returns
 * its own, so that every step also writes and fsyncs a file; the column beside it says what that write alone costs on this disk.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

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

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  process.env['SLUICE_HOME'] = join(folder, 'home');
  try {
    let salt = 0;
    const rows: Record<string, string>[] = [];
    for (const results of ['equal', 'own'] as const) {
      for (const order of ['chain', 'wide'] as const) {
        const [uncached, cached, once]: number[][] = [[], [], []];
        await timed({ count: FEW, results, order, salt: ++salt });
        for (let i = 0; i < PAIRS; i++) {
          const shape = { results, order, salt: ++salt };
          const [fewRun, fewCached] = [await timed({ ...shape, count: FEW }), await timed({ ...shape, count: FEW })];
          const many = { ...shape, salt: ++salt, count: MANY };
          const [manyRun, manyCached] = [await timed(many), await timed(many)];
          uncached!.push((manyRun - fewRun) / (MANY - FEW));
          cached!.push((manyCached - fewCached) / (MANY - FEW));
          once!.push(fewCached);
        }
        const ms = (values: readonly number[] | undefined): string => `${median(values ?? []).toFixed(3)} ms`;
        rows.push({ results, order, uncached: ms(uncached), cached: ms(cached), [`run of ${FEW}, cached`]: ms(once) });
      }
    }
    console.table(rows);
    console.log(`a durable write of a small file on this disk: ${fsyncCost(folder).toFixed(3)} ms`);
    console.log('budget: 1 ms a step that runs, 0.5 ms a cached one');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
