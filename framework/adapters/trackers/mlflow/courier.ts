import { setTimeout as pause } from 'node:timers/promises';
import type { BacklogStatus, TrackerBacklog } from '../../../components/experiment-tracker.ts';
import type { Spool, SpoolFile } from '../spool/spool.ts';
import { entriesIn } from '../spool/spool-line.ts';
import { backlogStatus, isWaiting } from './backlog.ts';
import { courierSeat } from './courier-seat.ts';
import { deliverAll } from './deliver-all.ts';
import type { DeliveryOptions, FileState } from './deliver-file.ts';
import { type DeliveryRoundOptions, deliveryRound } from './delivery-round.ts';
import { downMark } from './down-mark.ts';
import type { MlflowClient } from './mlflow-client.ts';
import { MlflowError } from './mlflow-error.ts';
import { createRefusals } from './refusals.ts';
import type { RunFinder } from './run-finder.ts';

export interface CourierOptions {
  readonly client: MlflowClient;
  readonly finder: RunFinder;
  readonly spool: Spool;
  readonly openFile: DeliveryOptions['openFile'];
  readonly orphanEnd: DeliveryRoundOptions['orphanEnd'];
  /** Told once of a server that does not take what it is given, and of each entry that it refuses. */
  readonly onProblem: (error: unknown) => void;
}

/** Delivers a spool in the background: at once, then in batches, then, when the server is down, less and less often. Never throws. */
export interface Courier extends TrackerBacklog {
  /**
   * Something was written. @param begun a file that this process began to write, or one that a dead process has left and that the end of this one waits for.
   */
  nudge(begun?: { readonly file: SpoolFile; readonly isOwn: boolean; readonly isNew: boolean }): void;
  /** Waits until that is delivered, or until it `isEnough`, but no longer than so many milliseconds; hardly at all for a server known to be down. */
  settle(ms: number, isEnough?: () => boolean): Promise<void>;
  status(): Promise<BacklogStatus>;
  /** Whether something that this process was told of is not delivered yet. */
  isBehind(): boolean;
  /** Whether a process was started to deliver this spool and lives. */
  isOut(): boolean;
  /** Stops, and waits until nothing is on its way. */
  close(): Promise<void>;
}

/** Between two rounds while a run talks: a second's metrics are one request. */
const GAP_MS = 1000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;
/** While another process delivers the same run. */
const TURN_MS = 50;
/** While somebody waits for a part of a round. */
const LOOK_MS = 10;
/** The end of a run waits for a server that was down so recently no longer than for one that refuses connections. */
const REMEMBERED_MS = 600_000;
const QUICK_MS = 200;

export function createCourier(options: CourierOptions): Courier {
  const { spool, onProblem } = options;
  const refusals = createRefusals(spool.folder);
  const down = downMark(spool.folder, REMEMBERED_MS);
  const seat = courierSeat(spool.folder, options.client.uri);
  const states = new Map<string, FileState>();
  const own = new Set<string>();
  const awaited = new Set<string>();
  const tally = { delivered: 0, refused: 0 };
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
      refusals.add(root, lines, reason);
      const entries = entriesIn(lines);
      tally.refused += entries;
      onProblem(new Error(`MLflow refused ${entries} entries of run ${root}, kept in ${refusals.file}: ${reason}`));
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
    round ??= oneRound().finally(() => {
      round = undefined;
    });
    return round;
  }

  async function oneRound(): Promise<void> {
    try {
      await deliveryRound({
        delivery,
        own,
        states,
        orphanEnd: options.orphanEnd,
        onDone({ path }) {
          own.delete(path);
          awaited.delete(path);
        },
        onBusy: () => schedule(TURN_MS),
      });
      failure = undefined;
      backoff = FIRST_BACKOFF_MS;
      down.clear();
    } catch (error) {
      // What fails because we are closing says nothing of the server.
      if (!isClosed) failed(error);
    }
  }

  function failed(error: unknown): void {
    failure = error;
    options.finder.forget();
    const { uri } = options.client;
    down.set(`${uri}: ${reasonOf(error)}`);
    if (!isNamed) onProblem(new Error(problemText(error, uri), { cause: error }));
    isNamed = true;
    // Several processes that wait for one server don't come back in step.
    schedule(backoff * (0.8 + Math.random() * 0.4));
    backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
  }

  return {
    nudge(begun) {
      if (begun) {
        const { file, isOwn, isNew } = begun;
        if (isOwn) own.add(file.path);
        awaited.add(file.path);
        // Of a run that began here nothing can have been sent.
        states.set(file.path, { isNew, isDoubtful: !isNew });
      }
      if (failure === undefined) schedule(begun ? 0 : GAP_MS);
    },

    async settle(ms, isEnough) {
      const end = Date.now() + (failure !== undefined || down.isSet() ? Math.min(QUICK_MS, ms) : ms);
      const failedBefore = failure;
      while (awaited.size > 0 && Date.now() < end && !isEnough?.()) {
        const left = end - Date.now();
        await withinTime(start(), isEnough ? Math.min(LOOK_MS, left) : left);
        if (failure !== undefined && failure !== failedBefore) return;
        if (round === undefined) await pause(Math.min(TURN_MS, Math.max(0, end - Date.now())));
      }
    },

    async status() {
      return { ...(await backlogStatus(spool, refusals)), problem: down.read(), courier: seat.holder() };
    },

    isBehind: () => awaited.size > 0,
    isOut: () => seat.holder() !== undefined,

    deliver: () => deliverAll({ spool, seat, round: start }),

    async sync({ signal, onProgress: tell } = {}) {
      await round;
      const before = { ...tally };
      const { waiting: all } = await backlogStatus(spool, refusals);
      onProgress = () => {
        const delivered = tally.delivered - before.delivered;
        tell?.({ delivered, waiting: Math.max(0, all - delivered) });
      };
      failure = undefined;
      while (!signal?.aborted) {
        await orAborted(start(), signal);
        // What another process has in hand at this moment is as good as delivered, or ours in a moment.
        if (failure !== undefined || signal?.aborted || !(await isWaiting(spool, own))) break;
        await pause(TURN_MS);
      }
      onProgress = () => {};
      const refused = tally.refused - before.refused;
      const { waiting } = await backlogStatus(spool, refusals);
      return {
        delivered: tally.delivered - before.delivered - refused,
        waiting,
        refused,
        problem: failure === undefined ? undefined : problemText(failure, options.client.uri),
      };
    },

    async close() {
      isClosed = true;
      clearTimeout(timer);
      await round;
    },
  };
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function problemText(error: unknown, uri: string): string {
  const what = error instanceof MlflowError ? 'does not take entries now' : 'was not given its entries';
  return `MLflow at ${uri} ${what} (${reasonOf(error)}). They wait on disk; sluice tracker sync hands them over.`;
}

async function withinTime(work: Promise<void>, ms: number): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([work, pause(Math.max(0, ms), undefined, { signal: done.signal })]);
  } finally {
    done.abort();
  }
}

/** The work goes on; who waits for it doesn't. */
async function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return work;
  const aborted = Promise.withResolvers<void>();
  const stop = (): void => aborted.resolve();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
