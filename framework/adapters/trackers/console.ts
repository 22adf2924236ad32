import type { Writable } from 'node:stream';
import { type ExperimentTracker, NO_BACKLOG } from '../../components/experiment-tracker.ts';
import type { TrackerEntry } from '../../components/metadata-store.ts';
import { type LocalTrackerOptions, localTracker } from './local.ts';

export interface ConsoleTrackerOptions extends LocalTrackerOptions {
  /** Standard error in the command: standard output belongs to results. */
  readonly stream: Pick<Writable, 'write'>;
}

/** One line for each entry, as it comes, for people who watch; the metadata store keeps every entry too. */
export function consoleTracker({ stream, ...options }: ConsoleTrackerOptions): ExperimentTracker {
  const store = localTracker(options);
  const say = (text: string): void => void stream.write(`${text}\n`);
  return {
    flavor: 'console',
    async runStarted(run) {
      say(`run ${run.name} (${run.id}) started`);
    },
    async record(stepRun, entries) {
      // Metrics of one point, such as an epoch, are one line.
      const points = new Map<number, string[]>();
      for (const entry of entries) {
        if (entry.kind !== 'metric') say(`${stepRun.step}  ${entryText(entry)}`);
        else points.set(entry.step, [...(points.get(entry.step) ?? []), `${entry.name} ${numberText(entry.value)}`]);
      }
      for (const [step, metrics] of points) say(`${stepRun.step}  step ${step}: ${metrics.join(', ')}`);
      await store.record(stepRun, entries);
    },
    async runFinished(run, steps) {
      await store.runFinished(run, steps);
      say(`run ${run.name} (${run.id}) ${run.status}`);
    },
    linkTo: () => undefined,
    findPage: async () => undefined,
    backlog: NO_BACKLOG,
    checks: () => [],
    close: async () => {},
  };
}

function entryText(entry: Exclude<TrackerEntry, { readonly kind: 'metric' }>): string {
  if (entry.kind === 'artifact') return `artifact ${entry.name}: ${entry.artifact.size} bytes`;
  return `${entry.kind} ${entry.name} = ${entry.value}`;
}

/** Six significant digits are enough to watch. */
const numberText = (value: number): string => String(Number(value.toPrecision(6)));
