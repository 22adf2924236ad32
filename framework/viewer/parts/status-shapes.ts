import type { Status } from '../../server/api/status.ts';

/** Each state has a shape of its own: colour only helps. 16 × 16. */
export const SHAPES: Readonly<Record<Status, string>> = {
  pending: 'M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 0 1 0-11.6',
  running: 'M8 2.2a5.8 5.8 0 0 1 5.8 5.8',
  succeeded: 'M3.2 8.6l3.1 3.2l6.6-7.2',
  cached: 'M9.2 1.8l-5.4 7.4h4l-1 5l5.4-7.4h-4z',
  failed: 'M4 4l8 8M12 4l-8 8',
  skipped: 'M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 0 1 0-11.6M4.2 11.8l7.6-7.6',
  cancelled: 'M4 4h8v8h-8z',
  lost: 'M5.4 5.9c0-3.7 5.4-3.5 5.4-.3c0 2-2.6 2.1-2.6 4.1M8.2 12.9v.1',
};

/** All states, in the order in which lists and legends show them. */
export const ALL_STATUSES = Object.keys(SHAPES) as readonly Status[];
