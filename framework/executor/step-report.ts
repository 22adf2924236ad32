import type { TrackerEntry } from '../components/metadata-store.ts';
import type { LogLine, Time } from '../model/run.ts';
import type { Progress } from '../model/run-event.ts';

/** Where a running step's words go: to the store and the event sink, or over IPC to the process that does it. Nothing here fails a step. */
export interface StepReport {
  log(line: LogLine): void;
  track(entry: TrackerEntry): void;
  progress(progress: Progress): void;
  /** The step has taken its AbortSignal: it may have something to wind up when it is asked to end. */
  listens(): void;
  /** The attempt has come so far. @param at milliseconds since the epoch; default: now. */
  phase(kind: 'run' | 'save', at?: Time): void;
}
