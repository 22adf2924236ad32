import type { Status } from '../../server/api/status.ts';
import './status.css';

/** Each state has a shape of its own: colour only helps. 16 × 16. */
const SHAPES: Readonly<Record<Status, string>> = {
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
