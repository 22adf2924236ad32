/**
 * Sluice beside ZenML, Prefect and redun, in one run on one machine: the same chain of steps that do nothing, as whole processes and step by step.
 *
 *   npm run build && node --import ./dist/register.js bench/peers/compare.ts         three rounds, two to seven minutes
 *   … bench/peers/compare.ts --seconds 120                                           no further round after two minutes (usual: four)
 *   … bench/peers/compare.ts --rounds 5 --many 104 --only Prefect,redun              more of fewer
 *
 * The peers are installed from PyPI the first time, each into a folder of its own under the user's cache folder; beyond that nothing leaves this
 * machine, and their telemetry is off. Every tool keeps its state in a folder that is removed afterwards, and has run once before it is measured, so
 * that its store is there. Each run says how many steps ran, and a wrong number is an error: a cache that wasn't used isn't measured.
 *
 * - Whole process: four steps, first with a new key for each, then again. In every round the tools take turns.
 * - A step: (time of the many − time of four) / (many − four) inside one process, after a first run in it.
 *
 * Medians, with the fastest, the slowest and how many in brackets; what follows × is the median divided by Sluice's. Sluice's own runs are so short
 * that a busy machine's hiccups weigh more: it is taken five times a round. Prefect answers before its record is written: its figures are not for a
 * complete record, as the others' are.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installPeer } from './install-peer.ts';
import { PEERS, type Peer } from './peers.ts';

const PROJECT = resolve(import.meta.dirname, '..', '..');
const REGISTER = join(PROJECT, 'dist', 'register.js');
const FEW = 4;
/** For four steps as a process, and for each further step that runs and is cached. */
const PATIENCE_MS = { process: 240_000, step: 3000 } as const;

interface Command {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly file: string;
}

/** One tool, ready to run. */
interface Tool {
  readonly name: string;
  readonly version: string;
  /** How often it is taken in a round. */
  readonly turns: number;
  /** A whole run of four steps; what it prints goes to `ran`. */
  readonly once: (salt: number) => Command;
  /** Number of steps that ran, from what `once` printed. */
  readonly ran: (printed: string) => number;
  /** Prints `Costs`. */
  readonly costs: (many: number, rounds: number) => Command;
}

/** Milliseconds, one a round. */
interface Costs {
  readonly uncached: number[];
  readonly cached: number[];
}

interface Measured {
  readonly process: Costs;
  readonly step: Costs;
  /** What went wrong with this tool; from then on it takes no part. */
  error?: string;
}

function sluice(folder: string): Tool {
  const dir = join(folder, 'sluice');
  mkdirSync(join(dir, 'pipelines'), { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{ "name": "chain", "type": "module" }');
  cpSync(join(import.meta.dirname, 'chain.pipeline.ts'), join(dir, 'pipelines', 'chain.pipeline.ts'));
  cpSync(join(PROJECT, 'stacks'), join(dir, 'stacks'), { recursive: true });
  const { SLUICE_HOME: _home, ...env } = process.env;
  const command = join(PROJECT, 'bin', 'sluice.js');
  const here = { file: process.execPath, cwd: dir, env };
  return {
    name: 'Sluice',
    version: 'this checkout',
    turns: 5,
    once: (salt) => ({
      ...here,
      args: [command, 'run', 'chain', '--count', String(FEW), '--salt', String(salt), '-o', 'json', '--stack', 'local'],
    }),
    ran(printed) {
      const { steps } = JSON.parse(printed) as { steps: { status: string }[] };
      return steps.filter(({ status }) => status === 'succeeded').length;
    },
    costs: (many, rounds) => ({
      ...here,
      cwd: PROJECT,
      env: { ...env, SLUICE_HOME: join(dir, 'home-of-costs') },
      args: ['--import', REGISTER, join(import.meta.dirname, 'sluice-chain.ts'), 'cost', ...numbers(many, rounds)],
    }),
  };
}

const numbers = (many: number, rounds: number): string[] => [FEW, many, rounds].map(String);

function peer(of: Peer, folder: string): Tool {
  const cwd = join(folder, of.name);
  mkdirSync(cwd);
  const file = installPeer(of);
  // Settings of whoever runs this would send the peers to a server or a store of theirs.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PREFECT|ZENML|REDUN)_/.test(name));
  const env = { ...Object.fromEntries(inherited), ...of.env(cwd), DO_NOT_TRACK: '1', PYTHONUTF8: '1' };
  const program = join(import.meta.dirname, of.program);
  const command = (...args: string[]): Command => ({ file, cwd, env, args: [program, ...args] });
  return {
    name: of.name,
    version: of.version,
    turns: 1,
    once: (salt) => command('once', String(FEW), String(salt)),
    ran: (printed) => (answer(printed) as { ran: number }).ran,
    costs: (many, rounds) => command('cost', ...numbers(many, rounds)),
  };
}

/** The programs' answer; their tool may have more to say after it. */
const answer = (printed: string): unknown =>
  JSON.parse(printed.split('\n').findLast((line) => line.startsWith('{')) ?? '');

/** Runs a command to its end. @throws with the end of what it said on standard error */
function call(
  { file, args, cwd, env }: Command,
  patienceMs: number = PATIENCE_MS.process,
): { readonly printed: string; readonly elapsed: number } {
  const start = performance.now();
  const { status, signal, stdout, stderr, error } = spawnSync(file, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: patienceMs,
    maxBuffer: 1 << 28,
  });
  const elapsed = performance.now() - start;
  if (error) throw error;
  if (status !== 0) throw new Error(`ended with ${signal ?? status}: ${stderr.trim().slice(-400)}`);
  return { printed: stdout, elapsed };
}

/** Milliseconds of a whole process of which `expected` steps ran. */
function processTime(tool: Tool, salt: number, expected: number): number {
  const { printed, elapsed } = call(tool.once(salt));
  const ran = tool.ran(printed);
  if (ran !== expected) throw new Error(`${ran} of ${FEW} steps ran where ${expected} should.`);
  return elapsed;
}

interface Extent {
  readonly many: number;
  readonly rounds: number;
  /** No round of processes begins after so many seconds, the first one excepted. */
  readonly seconds: number;
}

/** Every tool's steps, then every tool's processes in turn. */
function measure(tools: readonly Tool[], { many, rounds, seconds }: Extent): Map<Tool, Measured> {
  const end = performance.now() + seconds * 1000;
  const all = new Map<Tool, Measured>();
  const attempt = (tool: Tool, work: (measured: Measured) => void): void => {
    const measured = all.get(tool);
    if (!measured || measured.error) return;
    try {
      work(measured);
    } catch (error) {
      measured.error = String(error);
      console.error(`${tool.name}: ${measured.error}`);
    }
  };
  for (const tool of tools) {
    all.set(tool, { process: { uncached: [], cached: [] }, step: { uncached: [], cached: [] } });
    attempt(tool, () => call(tool.once(0)));
  }
  for (const tool of tools) {
    attempt(tool, ({ step }) => {
      const turns = rounds * tool.turns;
      const patienceMs = PATIENCE_MS.process + turns * many * PATIENCE_MS.step;
      const { uncached, cached } = answer(call(tool.costs(many, turns), patienceMs).printed) as Costs;
      step.uncached.push(...uncached);
      step.cached.push(...cached);
    });
  }
  for (let round = 1; round <= rounds && (round === 1 || performance.now() < end); round++) {
    for (const tool of tools) {
      attempt(tool, ({ process }) => {
        for (let turn = 0; turn < tool.turns; turn++) {
          const salt = 1000 * round + 10 * turn;
          process.uncached.push(processTime(tool, salt, FEW));
          process.cached.push(processTime(tool, salt, 0));
        }
      });
    }
  }
  return all;
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
const median = (values: readonly number[]): number => sorted(values)[values.length >> 1] ?? Number.NaN;
const digits = (ms: number): string => (Math.abs(ms) < 10 ? ms.toFixed(2) : ms.toFixed(0));

function cell(values: readonly number[], own: readonly number[]): string {
  if (values.length === 0) return '–';
  const range = `${digits(Math.min(...values))} to ${digits(Math.max(...values))}`;
  // Where some pairs come out below nothing, the difference is lost in the noise and has no ratio.
  const noise = own.length === 0 || Math.min(...values, ...own) <= 0;
  const ratio = values === own || noise ? '' : ` × ${(median(values) / median(own)).toFixed(1)}`;
  return `${digits(median(values))} ms (${range}; ${values.length})${ratio}`;
}

function table(all: ReadonlyMap<Tool, Measured>, many: number): Record<string, string>[] {
  const [first] = all.values();
  const row = (what: string, of: (measured: Measured) => number[]): Record<string, string> => {
    const cells = [...all].map(([{ name }, measured]) => [
      name,
      measured.error ?? cell(of(measured), first ? of(first) : []),
    ]);
    return { what, ...Object.fromEntries(cells) };
  };
  return [
    row(`process, ${FEW} steps, all run`, ({ process }) => process.uncached),
    row('the same, cached', ({ process }) => process.cached),
    row(`a step of ${many}, runs`, ({ step }) => step.uncached),
    row('the same, cached', ({ step }) => step.cached),
  ];
}

const load = (): string => loadavg()[0]?.toFixed(1) ?? '';

function main(): void {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '3' },
      many: { type: 'string', default: '24' },
      seconds: { type: 'string', default: '240' },
      only: { type: 'string', default: PEERS.map(({ name }) => name).join() },
    },
  });
  const [many, rounds] = [Number(values.many), Number(values.rounds)];
  const folder = mkdtempSync(join(tmpdir(), 'sluice-peers-'));
  try {
    const tools = [sluice(folder)];
    for (const of of PEERS.filter(({ name }) => values.only.split(',').includes(name))) {
      try {
        tools.push(peer(of, folder));
      } catch (error) {
        console.error(`${of.name} can't be installed here: ${String(error)}`);
      }
    }
    const before = load();
    const start = performance.now();
    console.table(table(measure(tools, { many, rounds, seconds: Number(values.seconds) }), many));
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(tools.map(({ name, version }) => `${name} ${version}`).join(', '));
    console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}, ${new Date().toISOString()}`);
    console.log(`${rounds} rounds at most, ${seconds} s; load of the machine ${before} before, ${load()} after`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
