import { Link } from '@tanstack/react-router';
import type { ArtifactUse } from '../../../server/api/artifact.ts';
import { StatusShape } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';

export interface UsesTableProps {
  readonly title: string;
  readonly uses: readonly ArtifactUse[];
  /** What to say when there is none. */
  readonly none: string;
}

/** So many are shown at once. */
const MOST_ROWS = 50;

/** Steps of runs that made an artifact, or were given it. */
export function UsesTable({ title, uses, none }: UsesTableProps) {
  const rest = uses.length - MOST_ROWS;
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {uses.length > 0 && <span className="count">{uses.length}</span>}
      </header>
      {uses.length === 0 && <p className="body muted">{none}</p>}
      <ul className="uses">
        {uses.slice(0, MOST_ROWS).map(({ run, runName, node, field, status, time }) => (
          <li key={`${run} ${node} ${field}`}>
            <StatusShape status={status} />
            <span className="uses-step">
              <Link to="/runs/$run/steps/$node" params={{ run, node }} className="link">
                {node}
              </Link>
              {field && <span className="muted"> {field}</span>}
              <span className="hidden-but-read"> {status}</span>
            </span>
            <Link to="/runs/$run" params={{ run }} className="cut">
              {runName}
            </Link>
            <span className="muted uses-time">
              <Ago time={time} />
            </span>
          </li>
        ))}
      </ul>
      {rest > 0 && <p className="body muted">and {rest.toLocaleString('en-US')} more</p>}
    </section>
  );
}
