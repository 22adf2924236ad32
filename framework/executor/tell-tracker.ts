import type { ExperimentTracker } from '../components/experiment-tracker.ts';
import { messageOf } from './stored-error.ts';

/** Tells the tracker of a run's start or end. A tracker that fails never fails a run. */
export async function tellTracker(
  tracker: ExperimentTracker,
  tell: (tracker: ExperimentTracker) => Promise<void>,
): Promise<void> {
  try {
    await tell(tracker);
  } catch (error) {
    process.emitWarning(`Sluice: the ${tracker.flavor} tracker failed: ${messageOf(error)}`);
  }
}
