import type { ExperimentTracker } from '../../components/experiment-tracker.ts';

/** Takes everything and keeps nothing. */
export const noTracker = (): ExperimentTracker => ({
  flavor: 'none',
  runStarted: async () => {},
  record: async () => {},
  runFinished: async () => {},
  checks: () => [],
  close: async () => {},
});
