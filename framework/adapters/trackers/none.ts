import { type ExperimentTracker, NO_BACKLOG } from '../../components/experiment-tracker.ts';

/** Takes everything and keeps nothing. */
export const noTracker = (): ExperimentTracker => ({
  flavor: 'none',
  runStarted: async () => {},
  record: async () => {},
  runFinished: async () => {},
  linkTo: () => undefined,
  findPage: async () => undefined,
  backlog: NO_BACKLOG,
  checks: () => [],
  close: async () => {},
});
