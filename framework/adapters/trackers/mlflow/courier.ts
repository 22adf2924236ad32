import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { BacklogStatus, SyncResult } from '../../../components/experiment-tracker.ts';
import { tryLock } from '../spool/process-lock.ts';
import { encodedRoot, type Spool, type SpoolFile } from '../spool/spool.ts';
import { type EndLine, entriesOf, type OpenLine, type SpoolLine } from '../spool/spool-line.ts';
import { type DeliveryOptions, deliverFile, deliverLines, type FileState } from './deliver-file.ts';
import type { MlflowClient } from './mlflow-client.ts';
import { MlflowError } from './mlflow-error.ts';
import type { RunFinder } from './run-finder.ts';

export interface CourierOptions {
  readonly client: MlflowClient;
  readonly finder: RunFinder;
  readonly spool: Spool;
  readonly openFile: DeliveryOptions['openFile'];
  /** The end of a run whose process died without a word; undefined while the record does not say that it is over. */
  readonly orphanEnd: (head: OpenLine) => Promise<EndLine | undefined>;
  /** Told once of a server that does not take what it is given, and of each entry that it refuses. */
  readonly onProblem: (error: unknown) => void;
}

/** Delivers a spool in the background: at once, then in batches, then, when the server is down, less and less often. Never throws. */
export interface Courier {
  /**
   * Something was written. @param begun a file that this process began to write, or one that a dead process has left and that the end of this one waits for.
   */
  nudge(begun?: { readonly file: SpoolFile; readonly isOwn: boolean; readonly isNew: boolean }): void;
  /** Waits until that is delivered, but no longer than so many milliseconds; hardly at all for a server known to be down. */
  settle(ms: number): Promise<void>;
  status(): Promise<BacklogStatus>;
  sync(options?: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: { readonly delivered: number; readonly waiting: number }) => void;
  }): Promise<SyncResult>;
  /** Stops, and waits until nothing is on its way. */
  close(): Promise<void>;
}

/** Between two rounds while a run talks: a second's metrics are one request. */
const GAP_MS = 1000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;
/** While another process delivers the same run. */
const TURN_MS = 50;
/** A server that was down so recently is not waited for at the end of a run. */
const REMEMBERED_MS = 600_000;
const QUICK_MS = 200;

interface Tally {
  delivered: number;
  refused: number;
}

export function createCourier(options: CourierOptions): Courier {
  const { spool, onProblem } = options;
  const states = new Map<string, FileState>();
  const own = new Set<string>();
  const awaited = new Map<string, SpoolFile>();
  const downFile = join(spool.folder, 'down');
  const refusedFile = join(spool.folder, 'refused.jsonl');
  const tally: Tally = { delivered: 0, refused: 0 };
  let onProgress = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let due = Number.POSITIVE_INFINITY;
  let round: Promise<void> | undefined;
  let failure: unknown;
  let backoff = FIRST_BACKOFF_MS;
  let isNamed = false;
  let isClosed = false;

  const delivery: DeliveryOptions = {
    ...options,
    async refuse(root, lines, reason) {
      mkdirSync(spool.folder, { recursive: true });
      for (const line of lines)
        appendFileSync(refusedFile, `${JSON.stringify({ time: Date.now(), root, reason, line })}\n`);
      tally.refused += count(lines);
      onProblem(new Error(`MLflow refused ${count(lines)} entries of run ${root}, kept in ${refusedFile}: ${reason}`));
    },
    onDelivered(entries) {
      tally.delivered += entries;
      onProgress();
    },
  };

  function schedule(ms: number): void {
    const at = Date.now() + ms;
    if (isClosed || due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => void start(), ms);
    // What waits is on disk: no process lives on for it.
    timer.unref();
  }

  /** The round that is under way, or a new one. */
  function start(): Promise<void> {
    clearTimeout(timer);
    due = Number.POSITIVE_INFINITY;
    round ??= deliverAll().finally(() => {
      round = undefined;
    });
    return round;
  }

  async function deliverAll(): Promise<void> {
    let fault: unknown;
    try {
      const groups = Map.groupBy(await spool.files(), ({ root }) => root);
      const isOwn = (files: readonly SpoolFile[]): boolean => files.some(({ path }) => own.has(path));
      // A run that somebody may be looking at before those that have waited for long.
      const order = [...groups].sort(([, a], [, b]) => Number(isOwn(b)) - Number(isOwn(a)));
      for (const [root, files] of order) {
        try {
          await deliverRun(root, files);
        } catch (error) {
          fault ??= error;
          if (!(error instanceof MlflowError) || error.fault !== 'busy') break;
        }
      }
    } catch (error) {
      fault ??= error;
    }
    if (fault === undefined) return recovered();
    failed(fault);
  }

  async function deliverRun(root: string, files: readonly SpoolFile[]): Promise<void> {
    const lock = tryLock(join(spool.folder, `${encodedRoot(root)}.lock`));
    if (!lock) return schedule(TURN_MS);
    let isDone = true;
    try {
      for (const file of files) isDone = (await deliverOne(file)) && isDone;
    } catch (error) {
      isDone = false;
      throw error;
    } finally {
      lock.release(isDone);
    }
  }

  /** @returns whether nothing more will come of this file. */
  async function deliverOne(file: SpoolFile): Promise<boolean> {
    // Its own process does it, and knows what was sent.
    if (!own.has(file.path) && spool.isHeld(file)) return false;
    const state = states.get(file.path) ?? { isNew: false, isDoubtful: true };
    states.set(file.path, state);
    await deliverFile(file, state, delivery);
    if (!(await spool.cursor(file)).isClosed) {
      if (own.has(file.path)) return false;
      const head = await spool.head(file);
      const end = head && (await options.orphanEnd(head));
      if (head && !end) return false;
      if (head && end) await deliverLines(head, [end], state, delivery);
    }
    await spool.remove(file);
    own.delete(file.path);
    awaited.delete(file.path);
    return true;
  }

  function recovered(): void {
    if (failure !== undefined || existsSync(downFile)) rmSync(downFile, { force: true });
    failure = undefined;
    backoff = FIRST_BACKOFF_MS;
  }

  function failed(error: unknown): void {
    if (isClosed) return;
    failure = error;
    options.finder.forget();
    mkdirSync(spool.folder, { recursive: true });
    writeFileSync(downFile, problemText(error));
    if (!isNamed) onProblem(new Error(problemText(error), { cause: error }));
    isNamed = true;
    // Several processes that wait for one server don't come back in step.
    schedule(backoff * (0.8 + Math.random() * 0.4));
    backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
  }

  const problemText = (error: unknown): string => {
    const reason = error instanceof Error ? error.message : String(error);
    const what = error instanceof MlflowError ? 'does not take entries now' : 'was not given its entries';
    return `MLflow at ${options.client.uri} ${what} (${reason}). They wait on disk; sluice tracker sync hands them over.`;
  };

  const isDown = (): boolean => {
    const since = statSync(downFile, { throwIfNoEntry: false })?.mtimeMs;
    return failure !== undefined || (since !== undefined && Date.now() - since < REMEMBERED_MS);
  };

  async function waiting(): Promise<readonly { readonly file: SpoolFile; readonly entries: number }[]> {
    const files = await spool.files();
    return Promise.all(files.map(async (file) => ({ file, entries: await waitingIn(file, spool) })));
  }

  const entriesWaiting = async (): Promise<number> => (await waiting()).reduce((sum, { entries }) => sum + entries, 0);

  return {
    nudge(begun) {
      if (begun) {
        const { file, isOwn, isNew } = begun;
        if (isOwn) own.add(file.path);
        awaited.set(file.path, file);
        // Of a run that began here nothing can have been sent.
        states.set(file.path, { isNew, isDoubtful: !isNew });
      }
      if (failure === undefined) schedule(begun ? 0 : GAP_MS);
    },

    async settle(ms) {
      const end = Date.now() + (isDown() ? Math.min(QUICK_MS, ms) : ms);
      const failedBefore = failure;
      while (awaited.size > 0 && Date.now() < end) {
        await withinTime(start(), end - Date.now());
        if (failure !== undefined && failure !== failedBefore) return;
        if (round === undefined) await pause(Math.min(TURN_MS, Math.max(0, end - Date.now())));
      }
    },

    async status() {
      const runs = (await waiting()).filter(({ entries }) => entries > 0);
      const byRoot = [...Map.groupBy(runs, ({ file }) => file.root)].map(([runId, some]) => ({
        runId,
        entries: some.reduce((sum, { entries }) => sum + entries, 0),
        since: Math.min(...some.map(({ file }) => file.since)),
      }));
      const refused = refusedLines(refusedFile);
      return {
        waiting: byRoot.reduce((sum, { entries }) => sum + entries, 0),
        refused,
        runs: byRoot,
        refusedFile: refused > 0 ? refusedFile : undefined,
      };
    },

    async sync({ signal, onProgress: tell } = {}) {
      const before = { ...tally };
      const all = await entriesWaiting();
      onProgress = () => {
        const delivered = tally.delivered - before.delivered;
        tell?.({ delivered, waiting: Math.max(0, all - delivered) });
      };
      await round;
      failure = undefined;
      if (!signal?.aborted) await start();
      onProgress = () => {};
      return {
        delivered: tally.delivered - before.delivered - (tally.refused - before.refused),
        waiting: await entriesWaiting(),
        refused: tally.refused - before.refused,
        problem: failure === undefined ? undefined : problemText(failure),
      };
    },

    async close() {
      isClosed = true;
      clearTimeout(timer);
      await round;
    },
  };
}

const count = (lines: readonly SpoolLine[]): number => lines.reduce((sum, line) => sum + entriesOf(line), 0);

async function waitingIn(file: SpoolFile, spool: Spool): Promise<number> {
  let { offset } = await spool.cursor(file);
  for (let entries = 0; ; ) {
    const lines = await spool.read(file, offset);
    const last = lines.at(-1);
    if (!last) return entries;
    entries += count(lines.map(({ line }) => line));
    offset = last.end;
  }
}

function refusedLines(path: string): number {
  if (!existsSync(path)) return 0;
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  return lines.reduce((sum, text) => sum + entriesOf((JSON.parse(text) as { line: SpoolLine }).line), 0);
}

async function withinTime(work: Promise<void>, ms: number): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([work, pause(Math.max(0, ms), undefined, { signal: done.signal })]);
  } finally {
    done.abort();
  }
}
