import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { RunSummary } from '../../../server/api/run.ts';

export interface CompareCardProps {
  readonly title: string;
  readonly runs: readonly RunSummary[];
  /** Lines that are there, and those that are shown. */
  readonly total: number;
  readonly shown: number;
  readonly children: ReactNode;
}

/** Pixels: of the first column, and the least of a run's. */
const NAME_WIDTH = 220;
const RUN_WIDTH = 150;

/** A table with a column for each run, and how much of it is the same everywhere. */
export function CompareCard({ title, runs, total, shown, children }: CompareCardProps) {
  if (total === 0) return null;
  const same = total - shown;
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {same > 0 && <span className="muted end">{same} the same everywhere</span>}
      </header>
      {shown === 0 ? (
        <p className="body muted">No difference.</p>
      ) : (
        <section className="scrolls" tabIndex={0} aria-label={`${title} by run`}>
          <table className="table compare-table" style={{ minWidth: NAME_WIDTH + runs.length * RUN_WIDTH }}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="hidden-but-read">Name</span>
                </th>
                {runs.map((run) => (
                  <th key={run.id} scope="col">
                    <Link to="/runs/$run" params={{ run: run.id }} className="cut" title={run.name}>
                      {run.name}
                    </Link>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </section>
      )}
    </section>
  );
}
