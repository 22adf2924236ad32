import type { Status } from '../../server/api/status.ts';
import { ALL_STATUSES, SHAPES } from './status-shapes.ts';
import './status.css';

/** Nothing more will happen. */
export const isOver = (status: Status): boolean => status !== 'pending' && status !== 'running';

/** The shape alone, for beside a text that says the same. */
export function StatusShape({ status, size = 14 }: { readonly status: Status; readonly size?: number }) {
  return (
    <svg
      className="status-shape"
      data-status={status}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {status === 'running' && <circle className="status-track" cx="8" cy="8" r="5.8" />}
      <path d={SHAPES[status]} />
    </svg>
  );
}

/** State as shape, word and colour. */
export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span className="status-mark" data-status={status}>
      <StatusShape status={status} />
      {status}
    </span>
  );
}

export type Counts = Readonly<Partial<Record<Status, number>>>;

/** How many of each state, as shapes with figures: `✓ 3  ⚡ 12`. */
export function StatusCounts({ counts }: { readonly counts: Counts }) {
  const present = ALL_STATUSES.filter((status) => (counts[status] ?? 0) > 0);
  return (
    <span className="status-counts">
      {present.map((status) => (
        <span key={status} data-status={status} title={`${counts[status]} ${status}`}>
          <StatusShape status={status} size={12} />
          {counts[status]}
          <span className="hidden-but-read"> {status}</span>
        </span>
      ))}
    </span>
  );
}
