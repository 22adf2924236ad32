/**
 * What a step costs that runs in a process of its own (`isolation: 'process'`; budget 80 ms): a chain of steps that do nothing.
 *
 *   npm run build && node --import ./dist/register.js bench/process-isolation.ts [STEPS] [PAIRS]
 *
 * `kept`: every step leaves its process as it was, so that one process serves them all. `fresh`: every step leaves a listener behind, so that each
 * gets a process of its own. A step's cost is (time of the many − time of 2) / (many − 2), the median of the pairs, which take turns; beside it
 * the processor's time of this process alone.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, run, step } from 'sluice';

interface Shape {
  readonly count: number;
  readonly how: 'kept' | 'fresh';
  readonly salt: number;
}

class ProcessNoOps {
  @step({ isolation: 'process' })
  async kept(id: number, _salt: number, _after?: unknown): Promise<{ id: number }> {
    return { id };
  }
  @step({ isolation: 'process' })
  async fresh(id: number, _salt: number, _after?: unknown): Promise<{ id: number }> {
    process.on('beforeExit', () => {});
    return { id };
  }
}

@pipeline({ name: 'process-no-ops' })
export class ProcessChain {
  async run({ count, how, salt }: Shape) {
    const steps = new ProcessNoOps();
    let last: unknown;
    for (let i = 0; i < count; i++) last = await steps[how](i, salt, last);
    return 0;
  }
}

const FEW = 2;
let salts = 0;

async function timeOf(how: Shape['how'], count: number): Promise<number> {
  const start = performance.now();
  await run(ProcessChain, { count, how, salt: ++salts }, { stack: 'local' });
  return performance.now() - start;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function main(many: number, pairs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  process.env['SLUICE_HOME'] = folder;
  try {
    const costs = { kept: [] as number[], fresh: [] as number[] };
    const firsts: number[] = [];
    for (let i = 0; i < pairs; i++) {
      for (const how of ['kept', 'fresh'] as const) {
        const few = await timeOf(how, FEW);
        if (how === 'kept') firsts.push(few);
        costs[how].push(((await timeOf(how, many)) - few) / (many - FEW));
      }
    }
    console.table([
      { what: `a step of ${many} in a kept process`, budget: '80 ms', measured: `${median(costs.kept).toFixed(1)} ms` },
      { what: `a step of ${many}, each in a new one`, budget: '', measured: `${median(costs.fresh).toFixed(1)} ms` },
      { what: `a run of ${FEW} steps, process started`, budget: '', measured: `${median(firsts).toFixed(1)} ms` },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Worker processes import this file for its pipeline.
if (process.argv[1] === import.meta.filename) await main(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 5));
