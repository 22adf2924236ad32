import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Grid } from '../../../server/api/pipeline.ts';
import { formatDuration, formatMoment } from '../../parts/format.ts';
import { StatusShape } from '../../parts/status.tsx';
import './run-grid.css';

/** More rows than this are not a picture any more: the rest is on the runs' own pages. */
const MOST_STEPS = 200;

/** Rows are steps, columns are runs, the oldest on the left; above each the run's duration as a bar. */
export function RunGrid({ grid }: { readonly grid: Grid }) {
  const columns = useMemo(() => grid.runs.map((run, index) => ({ run, index })).toReversed(), [grid]);
  const longest = Math.max(1, ...grid.runs.map(({ durationMs }) => durationMs ?? 0));
  const steps = grid.steps.slice(0, MOST_STEPS);
  return (
    <section className="run-grid scrolls" aria-label="Steps by run" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span className="hidden-but-read">Step</span>
            </th>
            {columns.map(({ run }) => (
              <th key={run.id} scope="col">
                <Link
                  to="/runs/$run"
                  params={{ run: run.id }}
                  title={`${run.name}: ${run.status}, ${formatMoment(new Date(run.createdAt))}`}
                  className="run-grid-bar"
                  data-status={run.status}
                >
                  <span style={{ height: `${Math.max(6, ((run.durationMs ?? 0) / longest) * 100)}%` }} />
                  <span className="hidden-but-read">
                    {run.name}, {run.status}
                  </span>
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step, row) => (
            <tr key={step}>
              <th scope="row" className="cut" title={step}>
                {step}
              </th>
              {columns.map(({ run, index }) => {
                const cell = grid.cells[row]?.[index];
                if (!cell) return <td key={run.id} />;
                const time = cell.durationMs === null ? '' : `, ${formatDuration(cell.durationMs)}`;
                const tries = cell.attempts > 1 ? `, ${cell.attempts} attempts` : '';
                return (
                  <td key={run.id}>
                    <Link
                      to="/runs/$run/steps/$node"
                      params={{ run: run.id, node: step }}
                      className="run-grid-cell"
                      data-status={cell.status}
                      title={`${step} of ${run.name}: ${cell.status}${time}${tries}`}
                    >
                      <StatusShape status={cell.status} size={12} />
                      <span className="hidden-but-read">{cell.status}</span>
                    </Link>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {grid.steps.length > MOST_STEPS && (
        <p className="muted">and {(grid.steps.length - MOST_STEPS).toLocaleString('en-US')} more steps</p>
      )}
    </section>
  );
}
