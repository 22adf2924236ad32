import type { EventSink } from '../../model/run-event.ts';

/** Turns what happens in a run into text. */
export interface Reporter {
  readonly event: EventSink;
  /** Something to say beside the events: "Press Ctrl-C again …". */
  note(text: string): void;
  /** What others print meanwhile on the same terminal; absent where it can't do harm. */
  foreign?(text: string): void;
  /** Ends any drawing and gives the terminal back as it was. Safe to call twice. */
  close(): void;
}

/** With `--quiet`, and where only data is wanted. */
export const quietReporter: Reporter = { event: () => {}, note: () => {}, close: () => {} };
