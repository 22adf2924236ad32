import { setMaxListeners } from 'node:events';

/**
 * The clock of every end that a step doesn't choose: how long it is given to end by itself. Milliseconds.
 *
 * A request of another process is seen within half a second (`keepPresence`). Then the step's AbortSignal is aborted, and it has `abortMs` if it
 * listens: if it has taken its signal, and its process answers. One that doesn't listen has nothing to wind up and gets `deafMs`. Then comes SIGTERM,
 * and SIGKILL after `termMs`, or after `deafTermMs` where nobody answers; an inline step is given up, for nothing can stop it.
 * An inline step that blocks the process can't even be given up. The command's guard ends the run with the process (`serve-guard.ts`: 0.3 s until it counts as
 * blocked, and 1 s from the request or the timeout on); to a program that calls `run()` whoever cancels sends SIGTERM after 1.4 s without a sign of life
 * (`end-silent-executor.ts`).
 * So a step that listens has half a minute for its last checkpoint, and one that is blocked is gone within two seconds.
 */
export interface Grace {
  /** From the AbortSignal to SIGTERM, or to an inline step being given up, for a step that listens. */
  readonly abortMs: number;
  /** The same after a timeout, where nobody waits for a last checkpoint. */
  readonly timeoutMs: number;
  /** The same for a step that never took its signal, or whose process doesn't answer. */
  readonly deafMs: number;
  /** From SIGTERM to SIGKILL. */
  readonly termMs: number;
  /** The same where nobody answers. */
  readonly deafTermMs: number;
}

export const DEFAULT_GRACE: Grace = {
  abortMs: 30_000,
  timeoutMs: 2_000,
  deafMs: 700,
  termMs: 5_000,
  deafTermMs: 500,
};

/** The one way a run is stopped, whoever asks: Ctrl-C, `runs cancel` in another process, the viewer, or a failure in mode `fail-fast`. */
export interface Cancellation {
  /** Running steps should end, no step starts. */
  readonly graceful: AbortSignal;
  /** Running steps are killed or given up at once. Never without `graceful`. */
  readonly now: AbortSignal;
  /** A person asked (a failure in mode `fail-fast` is not a cancelled run). */
  readonly isByUser: boolean;
  request(how: 'graceful' | 'now', by: 'user' | 'failure'): void;
  /**
   * Tells each kind of request, once, when its signal has been aborted: for every step under way, since to listen to two signals and to stop that costs as
   * much as a statement of the record. Returns what ends it.
   */
  hear(listener: (how: 'graceful' | 'now') => void): () => void;
}

/** @param onRequest is told once a kind, however often it is asked for. */
export function createCancellation(onRequest: (how: 'graceful' | 'now') => void): Cancellation {
  const [graceful, now] = [new AbortController(), new AbortController()];
  // One listener a running step: there may be thousands.
  setMaxListeners(0, graceful.signal, now.signal);
  const listeners = new Set<(how: 'graceful' | 'now') => void>();
  let isByUser = false;

  function abort(how: 'graceful' | 'now'): void {
    (how === 'now' ? now : graceful).abort();
    for (const listener of listeners) listener(how);
  }

  return {
    graceful: graceful.signal,
    now: now.signal,
    get isByUser() {
      return isByUser;
    },
    request(how, by) {
      isByUser ||= by === 'user';
      if (!graceful.signal.aborted) {
        if (by === 'user') onRequest('graceful');
        abort('graceful');
      }
      if (how === 'now' && !now.signal.aborted) {
        onRequest('now');
        abort('now');
      }
    },
    hear(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
