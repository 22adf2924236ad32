import type { ExperimentTracker, TrackedStep } from '../components/experiment-tracker.ts';
import type { MetadataStore, TrackerEntry } from '../components/metadata-store.ts';
import type { LogLine } from '../model/run.ts';
import type { EventSink } from '../model/run-event.ts';
import { secretValues } from '../secret-values.ts';
import type { StepClock } from './step-clocks.ts';
import type { StepReport } from './step-report.ts';
import { messageOf } from './stored-error.ts';

const FLUSH_MS = 100;

export interface RecordReportOptions {
  readonly store: Pick<MetadataStore, 'appendLogs'>;
  readonly tracker: Pick<ExperimentTracker, 'record' | 'flavor'>;
  readonly emit: EventSink;
  readonly node: string;
  readonly stepRun: TrackedStep;
  readonly attempt: number;
  readonly clock: Pick<StepClock, 'enter'>;
}

export interface RecordReport extends StepReport {
  /** Whether the step has taken its AbortSignal. */
  hears(): boolean;
  /** Everything said so far is in the store (and, as far as it works, in the tracker) when this resolves. */
  flush(): Promise<void>;
}

/**
 * Keeps what one attempt says: events at once, the store in batches of a tenth of a second, never one transaction a line.
 * A tracker that throws is named once, as a `step-warning`. A store that can't take logs fails `flush`, and so the attempt.
 */
export function recordReport(options: RecordReportOptions): RecordReport {
  const { store, tracker, emit, node, stepRun, attempt, clock } = options;
  let lines: LogLine[] = [];
  let entries: TrackerEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let fault: unknown;
  let isTrackerNamed = false;
  let isListening = false;

  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // A fault is kept for the next flush() to throw: this call has no one to tell.
      write().catch((error: unknown) => {
        fault ??= error;
      });
    }, FLUSH_MS);
  };

  function write(): Promise<void> {
    const [someLines, someEntries] = [lines, entries];
    [lines, entries] = [[], []];
    if (someLines.length === 0 && someEntries.length === 0) return writing;
    const next = writing.then(async () => {
      if (someEntries.length > 0) await track(someEntries);
      if (someLines.length > 0) await store.appendLogs(stepRun.id, attempt, someLines);
    });
    // Later batches are written whatever happened to this one; `next` still tells who waits for it.
    writing = next.catch((error: unknown) => {
      fault ??= error;
    });
    return next;
  }

  async function track(some: readonly TrackerEntry[]): Promise<void> {
    try {
      await tracker.record(stepRun, some);
    } catch (error) {
      if (isTrackerNamed) return;
      isTrackerNamed = true;
      emit({
        type: 'step-warning',
        node,
        code: 'tracker-failed',
        message: `The ${tracker.flavor} tracker did not take what ${node} reported: ${messageOf(error)}`,
        hint: 'The step goes on; sluice doctor tries the tracker.',
      });
    }
  }

  return {
    log(said) {
      const line = secretValues.maskDeep(said);
      lines.push(line);
      emit({ type: 'step-log', node, attempt, line });
      later();
    },
    track(entry) {
      entries.push(secretValues.maskDeep(entry));
      later();
    },
    progress: (progress) => emit({ type: 'step-progress', node, progress: secretValues.maskDeep(progress) }),
    listens() {
      isListening = true;
    },
    hears: () => isListening,
    phase: (kind, at) => clock.enter(kind, at),
    async flush() {
      clearTimeout(timer);
      timer = undefined;
      await write();
      await writing;
      if (fault !== undefined) throw fault;
    },
  };
}
