import type { Reporter } from '../reporters/reporter.ts';

export interface Stopping {
  /** Aborted by the first Ctrl-C, or by SIGTERM: steps are asked to end. */
  readonly signal: AbortSignal;
  /** Aborted by the second one: steps are killed. */
  readonly killSignal: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

/** Two Ctrl-C of one key press reach a process twice when a parent passes its own on. */
const SAME_PRESS_MS = 100;

/** Ctrl-C once: end well. Twice: end now. Says so. */
export function stopOnSignals(reporter: Reporter, now: () => number = Date.now): Stopping {
  const [graceful, kill] = [new AbortController(), new AbortController()];
  let first: number | undefined;
  const onSignal = (): void => {
    if (first === undefined) {
      first = now();
      reporter.note('Stopping: running steps are asked to end. Press Ctrl-C again to stop now.');
      graceful.abort();
    } else if (now() - first >= SAME_PRESS_MS && !kill.signal.aborted) {
      reporter.note('Stopping now.');
      kill.abort();
    }
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: graceful.signal,
    killSignal: kill.signal,
    release: () => {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}
