import type { Status } from '../../model/status.ts';
import type { Colors } from './terminal.ts';

/** One column wide each. */
export const STATUS_MARKS: Readonly<Record<Status, string>> = {
  pending: '·',
  running: '▸',
  succeeded: '✓',
  cached: '≡',
  failed: '✗',
  skipped: '–',
  cancelled: '■',
  lost: '?',
};

const COLORS = {
  pending: 'dim',
  running: 'cyan',
  succeeded: 'green',
  cached: 'blue',
  failed: 'red',
  skipped: 'dim',
  cancelled: 'yellow',
  lost: 'magenta',
} as const satisfies Record<Status, keyof Colors>;

export const statusColor = (status: Status, colors: Colors): ((text: string) => string) => colors[COLORS[status]];

export const statusMark = (status: Status, colors: Colors): string => statusColor(status, colors)(STATUS_MARKS[status]);
