import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { Stack } from '../../../framework/components/stack.ts';
import { markLostRuns } from '../../../framework/executor/mark-lost-runs.ts';
import { stackIo } from '../../../framework/executor/stack-services.ts';
import { collectGarbage } from '../../../framework/gc/collect-garbage.ts';
import { artifactsOf } from '../../../framework/model/artifact.ts';
import type { RunEvent } from '../../../framework/model/run-event.ts';
import { isFinal, isSuccess } from '../../../framework/model/status.ts';
import { sluice } from '../sluice-command.ts';
import { type CrashPlace, REGISTER } from './crash-place.ts';

/** The n-th write of a process, from 0 (`kill-here.ts`). */
type Write = { readonly commit: number } | { readonly put: number };

/** What is killed, and when: after so many events, when a temporary file appears, a share of the undisturbed time in, or at a write. */
export type Kill = {
  readonly who: 'executor' | 'worker';
  /** Milliseconds after that; microseconds into a commit. */
  readonly delay: number;
} & (
  | { readonly when: { readonly event: number } | { readonly upload: number } | { readonly share: number } }
  | { readonly when: Write; readonly how: 'before' | 'during' | 'after' }
);

/** Who died, and in the middle of what, as its traces show. */
export interface Killed {
  readonly who: 'executor' | 'worker';
  readonly during: 'an upload' | 'a commit' | undefined;
}

/** Digests of everything that a run's steps put out, by node and field. */
type Digests = Readonly<Record<string, readonly string[]>>;

export interface Baseline {
  readonly digests: Digests;
  readonly events: number;
  /** Writes of the executor. */
  readonly writes: { readonly commit: number; readonly put: number };
  readonly ms: number;
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function randomBy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomKill(random: () => number, { events, writes }: Baseline): Kill {
  const whole = (below: number): number => Math.floor(random() * below);
  const exact = random();
  const how = (['before', 'during', 'after'] as const)[whole(3)] ?? 'during';
  // Only executors commit; the steps of a worker put two big files and a dozen small ones.
  if (exact < 0.25) return { who: 'executor', when: { commit: whole(writes.commit) }, how, delay: random() * 400 };
  if (exact < 0.4 && writes.put > 0) {
    const who = random() < 0.5 ? 'executor' : 'worker';
    return { who, when: { put: whole(who === 'worker' ? 10 : writes.put) }, how, delay: random() * 400 };
  }
  const who = random() < 0.7 ? 'executor' : 'worker';
  const way = random();
  // Short waits hit what an event is the beginning of: saves, commits, the end of the run.
  const delay = random() < 0.5 ? random() * 5 : random() * 60;
  if (way < 0.45) return { who, when: { event: whole(events) }, delay };
  if (way < 0.85) return { who, when: { upload: whole(8) }, delay: random() * 8 };
  return { who, when: { share: random() * 1.1 }, delay: 0 };
}

/** An undisturbed run, in an empty place. */
export async function baselineOf(place: CrashPlace, size: number): Promise<Baseline> {
  const start = performance.now();
  const count = join(place.dir, 'writes.json');
  const { events, code } = await started(place, { size, salt: 'undisturbed', name: 'undisturbed' }, { count }).ended;
  const ms = performance.now() - start;
  expect(code).toBe(0);
  const digests = await place.withStack((stack) => digestsOf(stack, 'undisturbed'));
  const writes = JSON.parse(readFileSync(count, 'utf8')) as Baseline['writes'];
  return { digests, events: events.length, writes, ms };
}

/** One run, killed; then everything that must hold after it. */
export async function crashOnce(
  place: CrashPlace,
  {
    size,
    salt,
    kill,
    baseline,
  }: { readonly size: number; readonly salt: string; readonly kill: Kill; readonly baseline: Baseline },
): Promise<{ readonly killed: Killed | undefined; readonly freed: number }> {
  const name = `run-${salt}`;
  const flag = join(place.dir, 'killed');
  rmSync(flag, { force: true });
  const going = started(place, { size, salt, name }, 'how' in kill ? { ...kill, flag } : {});
  const pid = await ('how' in kill ? killedBy(flag, going) : doKill(going, kill, place, baseline));
  await going.ended;
  const killed = pid === undefined ? undefined : whatWasKilled(place, kill, pid, going);
  const run = await place.withStack(async (stack) => {
    await markLostRuns(stack);
    await nothingRuns(stack);
    await allIsWhole(stack);
    return stack.metadataStore.findRun(name);
  });
  const last = await finishRun(place, { size, salt, name, run });
  return place.withStack(async (stack) => {
    expect(await digestsOf(stack, last)).toEqual(baseline.digests);
    const freed = await noOrphans(stack, place);
    await allIsWhole(stack);
    expect(await digestsOf(stack, last)).toEqual(baseline.digests);
    return { killed, freed };
  });
}

interface Going {
  readonly child: ChildProcess;
  readonly events: readonly RunEvent[];
  readonly ended: Promise<{ readonly code: number | null; readonly events: readonly RunEvent[] }>;
  /** Resolves with true after so many events, with false when it ended before. */
  said(count: number): Promise<boolean>;
}

function started(
  place: CrashPlace,
  params: { readonly size: number; readonly salt: string; readonly name: string },
  killHere: object = {},
): Going {
  const { SLUICE_HOME: _home, ...env } = process.env;
  const args = ['--import', pathToFileURL(REGISTER).href, join(place.dir, 'go.ts'), JSON.stringify(params)];
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  const child = spawn(process.execPath, args, {
    cwd: place.dir,
    stdio: [...stdio],
    env: {
      ...env,
      SLUICE_STACK: place.name,
      NODE_OPTIONS: `--import ${pathToFileURL(join(place.dir, 'kill-here.mjs')).href}`,
      KILL_HERE: JSON.stringify(killHere),
    },
  });
  const events: RunEvent[] = [];
  const waiting = new Set<() => void>();
  child.stderr.resume();
  createInterface({ input: child.stdout }).on('line', (line) => {
    // The last line of a killed process may be half a line.
    if (line.endsWith('}')) events.push(JSON.parse(line) as RunEvent);
    for (const look of waiting) look();
  });
  const ended = new Promise<{ code: number | null; events: readonly RunEvent[] }>((done) => {
    child.on('close', (code) => done({ code, events }));
  });
  return {
    child,
    events,
    ended,
    said: (count) => {
      const enough = new Promise<boolean>((done) => {
        const look = (): void => void (events.length > count && done(true));
        waiting.add(look);
        look();
      });
      return Promise.race([enough, ended.then(() => false)]);
    },
  };
}

/** @returns the process that killed itself, undefined when none came to that write. */
async function killedBy(flag: string, { ended }: Going): Promise<number | undefined> {
  await ended;
  return existsSync(flag) ? Number(readFileSync(flag, 'utf8')) : undefined;
}

/** The names of temporary files say whose they are: who dies with one was about to write it. */
function whatWasKilled({ dir }: CrashPlace, kill: Kill, pid: number, { child }: Going): Killed {
  const who = pid === child.pid ? 'executor' : 'worker';
  if ('commit' in kill.when) return { who, during: 'a commit' };
  const left = temporaryFolders(dir).flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  const wasWriting = 'put' in kill.when || left.some((name) => name.includes(`.${pid}.`));
  return { who, during: wasWriting ? 'an upload' : undefined };
}

/** @returns the process that was killed, undefined when all was over before its time came. */
async function doKill(
  going: Going,
  { who, when, delay }: Exclude<Kill, { readonly how: string }>,
  place: CrashPlace,
  baseline: Baseline,
): Promise<number | undefined> {
  const { child } = going;
  const over = going.ended.then(() => false);
  const isTime =
    'event' in when
      ? going.said(when.event)
      : 'share' in when
        ? pause(when.share * baseline.ms).then(() => true)
        : temporaryFiles(place, when.upload, over);
  if (!(await Promise.race([isTime, over]))) return undefined;
  if (who === 'worker' && !(await aWorker(child, over))) return undefined;
  await pause(delay);
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  const worker = who === 'worker' ? workersOf(child.pid ?? 0)[0] : undefined;
  if (worker !== undefined) return signalled(worker) ? worker : undefined;
  // A run without a worker at this moment is killed itself.
  return child.kill('SIGKILL') ? child.pid : undefined;
}

const temporaryFolders = (dir: string): readonly string[] =>
  ['artifacts', 'cache/artifacts'].map((name) => join(dir, '.sluice', name, 'tmp'));

/** Resolves when the n-th new temporary file is seen. */
async function temporaryFiles({ dir }: CrashPlace, count: number, over: Promise<boolean>): Promise<boolean> {
  const seen = new Set<string>();
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  const folders = temporaryFolders(dir);
  while (!isOver) {
    for (const folder of folders) for (const name of existsSync(folder) ? readdirSync(folder) : []) seen.add(name);
    if (seen.size > count) return true;
    await pause(1);
  }
  return false;
}

/** Resolves with true when a worker is there, with false when all was over before. Where nobody tells of processes: with true at once. */
async function aWorker({ pid = 0 }: ChildProcess, over: Promise<boolean>): Promise<boolean> {
  let isOver = !existsSync(`/proc/${pid}`);
  if (isOver) return process.platform !== 'linux';
  void over.then(() => {
    isOver = true;
  });
  while (!isOver && workersOf(pid).length === 0) await pause(2);
  return !isOver;
}

/** Processes that this one has started, where the system shows them in files. */
function workersOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function signalled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** No run, step run or attempt says that it goes on. */
async function nothingRuns({ metadataStore: store }: Stack): Promise<void> {
  const { items } = await store.listRuns({ limit: 1000 });
  expect(items.filter(({ status }) => !isFinal(status)).map(({ name }) => name)).toEqual([]);
  for (const { id } of items) {
    for (const step of await store.stepRuns(id)) {
      expect([step.id, isFinal(step.status)]).toEqual([step.id, true]);
      for (const { status } of await store.attempts(step.id))
        expect([step.id, isFinal(status)]).toEqual([step.id, true]);
    }
  }
  expect(await store.executors()).toEqual([]);
}

/** Every byte of every artifact that the record names is there and right. */
async function allIsWhole(stack: Stack): Promise<void> {
  const io = stackIo(stack);
  const kept = await stack.metadataStore.keptArtifacts({ releasedSince: Number.MAX_SAFE_INTEGER });
  const artifacts = [...new Map(kept.map(({ artifact }) => [JSON.stringify(artifact), artifact])).values()];
  for (const value of artifacts) expect(await io.verify({ kind: 'value', value })).toEqual([]);
}

/** Continues what is left of a run, as a user would. @returns the name or id of the run that ended well. */
async function finishRun(
  place: CrashPlace,
  options: {
    readonly size: number;
    readonly salt: string;
    readonly name: string;
    readonly run: { readonly id: string; readonly status: string } | undefined;
  },
): Promise<string> {
  const { run, name } = options;
  if (run && isSuccess(run.status as 'lost')) return run.id;
  if (!run) {
    // Killed before there was anything to continue.
    expect((await started(place, options).ended).code).toBe(0);
    return name;
  }
  const ended = await sluice(['--stack', place.name, 'runs', 'resume', run.id, '--output', 'json'], { cwd: place.dir });
  expect([ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([0, '']);
  return (JSON.parse(ended.stdout) as { run: { id: string } }).run.id;
}

/** What gc says it would do is what it does, and it leaves nothing that nobody keeps. @returns bytes freed. */
async function noOrphans(stack: Stack, { dir }: CrashPlace): Promise<number> {
  // The clock of a server may be behind.
  const options = { stack, olderThanMs: -120_000 };
  const said = await collectGarbage({ ...options, dryRun: true });
  const done = await collectGarbage(options);
  expect({ ...done, before: 0 }).toEqual({ ...said, dryRun: false, before: 0 });
  const again = await collectGarbage(options);
  expect([again.objects, again.debris, again.kept.by.young.objects]).toEqual([[], [], 0]);
  const kept = await stack.metadataStore.keptArtifacts({ releasedSince: Number.MAX_SAFE_INTEGER });
  const objects = await Promise.all(kept.map(({ artifact }) => stackIo(stack).objects(artifact)));
  const live = new Set<string>(objects.flat().map(({ digest }) => digest));
  const orphans: string[] = [];
  for await (const { digest } of stack.artifactStore.list()) if (!live.has(digest)) orphans.push(digest);
  expect(orphans).toEqual([]);
  const left = ['artifacts/tmp', 'cache/artifacts/tmp', 'work'].map((name) => join(dir, '.sluice', name));
  expect(left.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))).toEqual([]);
  return done.freed;
}

async function digestsOf({ metadataStore }: Stack, reference: string): Promise<Digests> {
  const run = await metadataStore.findRun(reference);
  expect([reference, run?.status]).toEqual([reference, 'succeeded']);
  const steps = await metadataStore.stepRuns(run?.id ?? '');
  return Object.fromEntries(
    steps.map(({ node, output }) => [node, output ? artifactsOf(output).map(({ digest }) => digest) : []]),
  );
}
