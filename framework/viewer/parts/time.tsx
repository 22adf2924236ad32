import { formatAge, formatDuration, formatMoment } from './format.ts';
import { useNow } from './now.ts';

/** How long ago, and on hover when exactly. */
export function Ago({ time }: { readonly time: string }) {
  const now = useNow();
  const date = new Date(time);
  return (
    <time dateTime={time} title={formatMoment(date)}>
      {formatAge(date, now)}
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

function Counting({ since }: { readonly since: string }) {
  const now = useNow();
  return formatDuration(Math.max(0, now - Date.parse(since)));
}
