import { Link } from '@tanstack/react-router';
import type { Comparison } from '../../../server/api/comparison.ts';
import type { RunSummary } from '../../../server/api/run.ts';

export interface PicturesTableProps {
  readonly runs: readonly RunSummary[];
  readonly pictures: Comparison['pictures'];
}

/** Pictures of one name side by side: confusion matrices, predictions, curves. */
export function PicturesTable({ runs, pictures }: PicturesTableProps) {
  if (pictures.length === 0) return null;
  return (
    <section className="card" aria-label="Pictures">
      <header>
        <h2>Pictures</h2>
      </header>
      <div className="body compare-pictures">
        {pictures.map(({ name, artifacts }) => (
          <section key={name} aria-label={name}>
            <h3>{name}</h3>
            <section className="compare-strip scrolls" tabIndex={0} aria-label={`${name} by run`}>
              {runs.map((run, index) => {
                const artifact = artifacts[index];
                return (
                  <figure key={run.id}>
                    {artifact ? (
                      <Link to="/artifacts/$digest" params={{ digest: artifact.digest }}>
                        <img src={artifact.url} alt={`${name} of ${run.name}`} loading="lazy" />
                      </Link>
                    ) : (
                      <p className="muted">none</p>
                    )}
                    <figcaption className="cut muted">{run.name}</figcaption>
                  </figure>
                );
              })}
            </section>
          </section>
        ))}
      </div>
    </section>
  );
}
