import { useMemo } from 'react';
import type { Comparison } from '../../../server/api/comparison.ts';
import type { RunSummary } from '../../../server/api/run.ts';
import { type Curve, Curves } from '../../charts/curves.tsx';

export interface OverlaysProps {
  readonly runs: readonly RunSummary[];
  readonly series: Comparison['series'];
}

/** The curves of one metric of all runs in one chart; a run has the same colour everywhere. */
export function Overlays({ runs, series }: OverlaysProps) {
  const charts = useMemo(() => {
    const byMetric = new Map<string, Curve[]>();
    for (const { run, series: own } of series) {
      const color = runs.findIndex(({ id }) => id === run);
      for (const { name, step, points } of own) {
        const isOnly = own.filter((each) => each.name === name).length === 1;
        const label = `${runs[color]?.name ?? run}${isOnly ? '' : ` ${step}`}`;
        const curve = { name: label, color, points: points.map(([x, value]) => [x, value] as const) };
        byMetric.set(name, [...(byMetric.get(name) ?? []), curve]);
      }
    }
    return [...byMetric];
  }, [runs, series]);
  if (charts.length === 0) return null;
  return (
    <div className="curve-grid">
      {charts.map(([name, curves]) => (
        <figure key={name} className="card curve-card">
          <header>
            <h3 className="cut" title={name}>
              {name}
            </h3>
          </header>
          <div className="body">
            <Curves label={`${name} of ${curves.length} runs`} curves={curves} />
          </div>
        </figure>
      ))}
    </div>
  );
}
