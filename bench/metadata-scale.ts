/**
 * What the record of many runs costs: a run of four steps, one that is cached, a page of the list, one run and a verdict, with 100 runs of four
 * steps in the store and with 100,000 (budget: twice).
 *
 *   npm run build && node --import ./dist/register.js bench/metadata-scale.ts [RUNS]
 *
 * Both stores are filled with copies of one real run, each with keys, step runs, attempts, artifacts and cache entries of its own. Each figure is the
 * median of rounds that take turns between the two; without what a process costs to start. Wall clock and the processor's time of this process.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { run } from 'sluice';
import { sqliteMetadataStore } from '../framework/adapters/metadata-stores/sqlite.ts';
import { NoOps, type NoOpsShape } from './no-ops.ts';

const DATABASE = 'sluice.db';
const FEW = 100;
const ROUNDS = 15;
const STEPS = 4;

/** Columns that hold an id or a digest, which each copy has its own of: `prefix` replaces the beginning. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  run: ['id', 'name'],
  step_run: ['id', 'run_id', 'key', 'parts_id', 'origin'],
  attempt: ['step_run_id'],
  key_parts: ['id'],
  cache_entry: ['key', 'origin', 'origin_run', 'parts_id'],
  artifact: ['step_run_id', 'run_id', 'digest'],
};

/** As many copies of the one run that is there, the older the higher their number. */
function fill(file: string, copies: number): void {
  const database = new DatabaseSync(file);
  database.exec('begin');
  for (const [table, own] of Object.entries(OWN)) {
    const columns = database
      .prepare('select name from pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name));
    const values = columns.map((name) => {
      // Eight digits in front, mixed so that keys of one run are not neighbours, as real ones aren't.
      if (own.includes(name)) return `printf('%08x', (n * 2654435761) & 4294967295) || substr(${name}, 9)`;
      return name.endsWith('_at') ? `${name} - n * 1000` : name;
    });
    const numbers = `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${copies})`;
    const list = columns.join();
    database.exec(
      `create temp table one as select * from ${table};
       insert into ${table} (${list}) ${numbers} select ${values.join()} from numbers, one;
       drop table one`,
    );
  }
  database.exec('commit; analyze; pragma wal_checkpoint(truncate)');
  database.close();
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

let salts = 1;

/** What is measured, on the store of `home`. */
async function round(home: string): Promise<Readonly<Record<string, Cost>>> {
  process.env['SLUICE_HOME'] = home;
  const shape: NoOpsShape = { count: STEPS, results: 'own', order: 'chain', salt: ++salts };
  const uncached = await costOf(() => run(NoOps, shape, { stack: 'local' }));
  const cached = await costOf(() => run(NoOps, shape, { stack: 'local' }));
  const store = sqliteMetadataStore({ path: join(home, DATABASE) });
  try {
    const list = await costOf(() => store.listRuns({ limit: 50 }));
    const [latest] = (await store.listRuns({ limit: 1 })).items;
    const show = await costOf(async () => {
      const found = await store.findRun(latest?.id ?? '');
      return found && store.stepRuns(found.id);
    });
    const earlier = await costOf(() => store.recentStepRuns('own', { limit: 20, pipeline: 'no-ops' }));
    return { uncached, cached, list, show, earlier };
  } finally {
    await store.close();
  }
}

const NAMES: Readonly<Record<string, string>> = {
  uncached: `run of ${STEPS} steps, all run`,
  cached: `run of ${STEPS} steps, all cached`,
  list: 'runs list, 50 of them',
  show: 'runs show',
  earlier: 'what a miss, and why, are compared with',
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

async function main(many: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const homes = [join(folder, 'few'), join(folder, 'many')] as const;
    for (const [i, home] of homes.entries()) {
      process.env['SLUICE_HOME'] = home;
      await run(NoOps, { count: STEPS, results: 'own', order: 'chain', salt: 0 }, { stack: 'local' });
      fill(join(home, DATABASE), i === 0 ? FEW : many);
    }
    for (const home of homes) await round(home);
    const rounds: (readonly [Readonly<Record<string, Cost>>, Readonly<Record<string, Cost>>])[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push([await round(homes[0]), await round(homes[1])]);
    console.table(
      Object.entries(NAMES).map(([name, what]) => {
        const [few, most] = ([0, 1] as const).map((side) => ({
          wall: median(rounds.map((one) => one[side][name]?.wall ?? 0)),
          cpu: median(rounds.map((one) => one[side][name]?.cpu ?? 0)),
        }));
        const said = (cost: Cost | undefined): string => `${cost?.wall.toFixed(2)} ms (${cost?.cpu.toFixed(2)})`;
        const ratio = (most?.wall ?? 0) / (few?.wall ?? 1);
        return { what, [`${FEW} runs`]: said(few), [`${many} runs`]: said(most), ratio: `${ratio.toFixed(2)} ×` };
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(Number(process.argv[2] ?? 100_000));
