/** States of runs and of step runs. `lost`: its process died without a word. */
export const STATUSES = [
  'pending',
  'running',
  'succeeded',
  'cached',
  'failed',
  'skipped',
  'cancelled',
  'lost',
] as const;
export type Status = (typeof STATUSES)[number];

/** States in which nothing more will happen. */
export const isFinal = (status: Status): boolean => status !== 'pending' && status !== 'running';
export const isSuccess = (status: Status): boolean => status === 'succeeded' || status === 'cached';
