/**
 * What the engine costs, row by row against the budgets of the design: steps that do nothing, whole processes, a big graph, a long list.
 *
 *   npm run build && node --import ./dist/register.js bench/engine-overhead.ts            every row
 *   … bench/engine-overhead.ts --chain --process                                          these rows
 *   … bench/engine-overhead.ts --stack team --chain --process                             on another stack of this project (its budgets are other ones)
 *
 * Rows: --chain (100 steps one after the other), --wide (1,000 side by side), --big (10,000 steps: plan, run, run 32 at a time, memory, growth), --process (a cached
 * run of four steps, Enter to prompt), --help (`sluice --help`), --list (`sluice runs list` over 100,000 runs).
 *
 * A step's cost is (time of the many − time of 8) / (many − 8), the median of several pairs, so that what a run costs once is not in it. "equal
 * results": every step returns the same small object, whose bytes the store has after the first. "own results": each returns its own, so that every
 * step also writes a file; the last line says what that write alone costs on this disk. Beside the wall clock stands the time of the processor,
 * which a busy machine stretches less. `node -e 0` runs beside the processes: what Node itself takes.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { definePlan, run } from 'sluice';
import { durableWrite } from './durable-write.ts';
import { NoOps, type NoOpsShape } from './no-ops.ts';

const ROWS = ['chain', 'wide', 'big', 'process', 'help', 'list'] as const;
type RowName = (typeof ROWS)[number];

interface Row {
  readonly what: string;
  readonly budget: string;
  readonly measured: string;
  readonly cpu?: string;
}

/** What a step or a cached process may cost: on the embedded stack, and where stores are servers on this machine. */
const BUDGETS = {
  embedded: { uncached: '1 ms', cached: '0.5 ms', process: '150 ms' },
  servers: { uncached: '15 ms', cached: '5 ms', process: '400 ms' },
} as const;

const FEW = 8;
const PAIRS = 7;
const PROCESSES = 11;
const BIG = 10_000;
/** As many of them at a time, beside the default, which is the number of cores: they wait for nothing, so only what is written together differs. */
const ABREAST = 32;
const LISTED = 100_000;
const MEBIBYTE = 1 << 20;
const PROJECT = resolve(import.meta.dirname, '..');
const COMMAND = join(PROJECT, 'bin', 'sluice.js');

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const ms = (value: number, digits = 0): string => `${value.toFixed(digits)} ms`;

/** Milliseconds on the clock, and of all threads of this process on a processor. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

let salts = Date.now();
let stack = 'local';
const budgets = () => BUDGETS[stack === 'local' ? 'embedded' : 'servers'];

async function costOfRun(shape: NoOpsShape, maxParallel?: number): Promise<Cost> {
  const before = process.cpuUsage();
  const start = performance.now();
  await run(NoOps, shape, { stack, ...(maxParallel !== undefined && { maxParallel }) });
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000 };
}

/** Cost of one step that runs, and of one that is cached. */
async function costOfStep(shape: Pick<NoOpsShape, 'results' | 'order'>, many: number): Promise<[Cost, Cost]> {
  const costs: [Cost[], Cost[]] = [[], []];
  const aStep = (all: Cost, few: Cost): Cost => ({
    wall: (all.wall - few.wall) / (many - FEW),
    cpu: (all.cpu - few.cpu) / (many - FEW),
  });
  await costOfRun({ ...shape, count: many, salt: ++salts });
  for (let i = 0; i < PAIRS; i++) {
    const few = { ...shape, count: FEW, salt: ++salts };
    const all = { ...shape, count: many, salt: ++salts };
    for (const list of costs) {
      const fewCost = await costOfRun(few);
      list.push(aStep(await costOfRun(all), fewCost));
    }
  }
  const middle = (list: readonly Cost[]): Cost => ({
    wall: median(list.map(({ wall }) => wall)),
    cpu: median(list.map(({ cpu }) => cpu)),
  });
  return [middle(costs[0]), middle(costs[1])];
}

async function stepRows(order: NoOpsShape['order'], many: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const results of ['equal', 'own'] as const) {
    const [uncached, cached] = await costOfStep({ results, order }, many);
    const what = `a step of ${many} in a ${order === 'chain' ? 'chain' : 'row'}, ${results} results`;
    rows.push(
      { what: `${what}, runs`, budget: budgets().uncached, measured: ms(uncached.wall, 3), cpu: ms(uncached.cpu, 3) },
      { what: `${what}, cached`, budget: budgets().cached, measured: ms(cached.wall, 3), cpu: ms(cached.cpu, 3) },
    );
  }
  return rows;
}

interface Child {
  readonly planMs: number;
  readonly runMs: number;
  readonly cachedMs: number;
  readonly peakBytes: number;
}

/** `--child COUNT`, with `--parallel N` so many steps at a time: a plan, a run and a cached run in this process alone, for its memory. */
async function child(count: number, maxParallel?: number): Promise<Child> {
  const shape: NoOpsShape = { count, results: 'equal', order: 'wide', salt: 0 };
  const start = performance.now();
  await definePlan(NoOps, shape);
  const planMs = performance.now() - start;
  const { wall: runMs } = await costOfRun(shape, maxParallel);
  const { wall: cachedMs } = await costOfRun(shape);
  return { planMs, runMs, cachedMs, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

function inChild(count: number, folder: string, maxParallel?: number): Child {
  const args = ['--import', join(PROJECT, 'dist', 'register.js'), import.meta.filename, '--child', String(count)];
  if (maxParallel !== undefined) args.push('--parallel', String(maxParallel));
  const env = { ...process.env, SLUICE_HOME: join(folder, `child-${count}-${maxParallel ?? 'default'}`) };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, cwd: PROJECT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${count} steps ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Child;
}

function bigRows(folder: string): Row[] {
  const tenth = inChild(BIG / 10, folder);
  const whole = inChild(BIG, folder);
  const abreast = inChild(BIG, folder, ABREAST);
  const perSecond = (milliseconds: number): string => `${Math.round((BIG / milliseconds) * 1000)} steps/s`;
  return [
    { what: `plan of ${BIG} steps`, budget: '1000 ms', measured: ms(whole.planMs) },
    { what: `run of ${BIG} no-ops`, budget: '2000 steps/s', measured: perSecond(whole.runMs) },
    { what: `the same, ${ABREAST} at a time`, budget: '2000 steps/s', measured: perSecond(abreast.runMs) },
    { what: 'the same, cached', budget: '2000 steps/s', measured: perSecond(whole.cachedMs) },
    { what: 'memory of it', budget: '500 MiB', measured: `${Math.round(whole.peakBytes / MEBIBYTE)} MiB` },
    { what: '10 × the steps', budget: '12 × the time', measured: `${(whole.runMs / tenth.runMs).toFixed(1)} ×` },
  ];
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

/** A project with one pipeline, and how to run Node in it. */
function smallProject(folder: string): { readonly dir: string; readonly node: (...args: string[]) => number } {
  const dir = join(folder, 'project');
  mkdirSync(join(dir, 'pipelines'), { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{ "name": "four", "type": "module" }');
  writeFileSync(join(dir, 'pipelines', 'four.pipeline.ts'), FOUR);
  cpSync(join(PROJECT, 'stacks'), join(dir, 'stacks'), { recursive: true });
  const { SLUICE_HOME: _home, ...inherited } = process.env;
  const env = { ...inherited, SLUICE_STACK: stack };
  const node = (...args: string[]): number => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: dir, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    return performance.now() - start;
  };
  node(COMMAND, 'run', 'four');
  return { dir, node };
}

/** One command many times, bare Node between: what a user waits for between Enter and prompt. */
function processRow(what: string, budget: string, node: (...args: string[]) => number, args: readonly string[]): Row {
  const [times, bare]: [number[], number[]] = [[], []];
  node(COMMAND, ...args);
  for (let i = 0; i < PROCESSES; i++) {
    times.push(node(COMMAND, ...args));
    bare.push(node('-e', '0'));
  }
  return { what, budget, measured: `${ms(median(times))} (node -e 0: ${ms(median(bare))})` };
}

/** As many copies of the one run that is there. */
function addRuns(file: string): void {
  const database = new DatabaseSync(file);
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all('run')
    .flatMap(({ name }) => String(name));
  const values = columns.map((name) => {
    if (name === 'id') return "printf('%012x', n)";
    if (name === 'name') return "name || '-' || n";
    return name.endsWith('_at') ? `${name} - n * 1000` : name;
  });
  const numbers = `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${LISTED})`;
  database.exec(
    `insert into run (${columns.join()}) ${numbers} select ${values.join()} from numbers, (select * from run limit 1)`,
  );
  database.close();
}

const MEASURES: Readonly<Record<RowName, (folder: string) => Row[] | Promise<Row[]>>> = {
  chain: () => stepRows('chain', 100),
  wide: () => stepRows('wide', 1000),
  big: bigRows,
  process(folder) {
    const { node } = smallProject(folder);
    return [
      processRow('sluice run, 4 steps, cached', budgets().process, node, ['run', 'four']),
      processRow('the same, all run', '', node, ['run', 'four', '--refresh']),
    ];
  },
  help: (folder) => [processRow('sluice --help', '90 ms', smallProject(folder).node, ['--help'])],
  list(folder) {
    const { dir, node } = smallProject(folder);
    addRuns(join(dir, '.sluice', 'sluice.db'));
    return [processRow(`sluice runs list, of ${LISTED} runs`, '150 ms', node, ['runs', 'list'])];
  },
};

async function main(): Promise<void> {
  const flags = Object.fromEntries(ROWS.map((name) => [name, { type: 'boolean' }])) as Record<
    RowName,
    { readonly type: 'boolean' }
  >;
  const { values } = parseArgs({
    options: { ...flags, child: { type: 'string' }, parallel: { type: 'string' }, stack: { type: 'string' } },
  });
  if (typeof values.stack === 'string') stack = values.stack;
  if (typeof values.child === 'string') {
    const parallel = typeof values.parallel === 'string' ? Number(values.parallel) : undefined;
    return console.log(JSON.stringify(await child(Number(values.child), parallel)));
  }
  const asked = ROWS.filter((name) => values[name]);
  const rows: Row[] = [];
  for (const name of asked.length > 0 ? asked : ROWS) {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
    process.env['SLUICE_HOME'] = join(folder, 'home');
    try {
      rows.push(...(await MEASURES[name](folder)));
    } finally {
      // On a stack with MLflow the last run's courier may still have a file there.
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    }
  }
  console.table(rows);
  console.log(`a durable write of a small file on this disk: ${ms(durableWrite(tmpdir()), 3)}`);
}

await main();
