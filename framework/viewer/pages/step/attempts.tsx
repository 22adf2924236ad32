import type { Attempt } from '../../../server/api/step.ts';
import { ErrorCard } from '../../parts/error-card.tsx';
import { formatDuration } from '../../parts/format.ts';
import { StatusMark } from '../../parts/status.tsx';
import { Ago, Duration } from '../../parts/time.tsx';

/** Each try with its time and, unless it is the last one's, which stands above, its error. */
export function Attempts({ tries }: { readonly tries: readonly Attempt[] }) {
  return (
    <ol className="attempts">
      {[...tries].reverse().map((each, index) => (
        <li key={each.attempt}>
          <div className="attempt-head">
            <strong>{each.attempt}</strong>
            <StatusMark status={each.status} />
            <span className="muted">
              <Ago time={each.startedAt} />
            </span>
            <span className="end">
              <Duration ms={each.durationMs} since={each.status === 'running' ? each.startedAt : null} />
            </span>
          </div>
          {each.segments.length > 0 && (
            <p className="muted attempt-segments">
              {each.segments.map(({ kind, durationMs }) => `${kind} ${formatDuration(durationMs)}`).join(' · ')}
            </p>
          )}
          {each.error && index > 0 && <ErrorCard error={each.error} title={`Attempt ${each.attempt}`} />}
        </li>
      ))}
    </ol>
  );
}
