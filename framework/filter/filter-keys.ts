/** What a filter's text may ask for: key → what it is, for help and suggestions. */
export const FILTER_KEYS = {
  status: 'state: failed, running, succeeded …',
  pipeline: 'name of the pipeline',
  tag: 'a tag of the run',
  name: 'name of the run; * stands for anything',
  id: 'beginning of the run’s id',
  stack: 'the stack it ran on',
  commit: 'beginning of the git commit',
  since: 'made since: 30m, 7d, 2026-11-20',
  until: 'made until: 30m, 7d, 2026-11-20',
  duration: 'how long it took: duration>10m',
  params: 'a parameter: params.epochs=10',
  metrics: 'last value of a metric: metrics.mAP50>0.5',
} as const;
export type FilterKey = keyof typeof FILTER_KEYS;

export const FILTER_KEY_NAMES = Object.keys(FILTER_KEYS) as readonly FilterKey[];
