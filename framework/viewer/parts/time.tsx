import { formatAge, formatDuration, formatMoment } from './format.ts';
import { useNow } from './now.ts';

/** How long ago, and on hover when exactly. */
export function Ago({ time }: { readonly time: string }) {
  const date = new Date(time);
  return (
    <time dateTime={time} title={formatMoment(date)}>
      {useNow((now) => formatAge(date, now))}
    </time>
  );
}

export interface DurationProps {
  readonly ms: number | null;
  /** Counts on from here while something runs. */
  readonly since?: string | null;
}

/** A duration; a running one counts. */
export function Duration({ ms, since }: DurationProps) {
  if (since) return <Counting since={since} />;
  return ms === null ? <span className="muted">–</span> : formatDuration(ms);
}

const Counting = ({ since }: { readonly since: string }) =>
  useNow((now) => formatDuration(Math.max(0, now - Date.parse(since))));
