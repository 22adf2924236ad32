import type { Comparison } from '../../../server/api/comparison.ts';
import type { RunSummary } from '../../../server/api/run.ts';
import { formatNumber } from '../../parts/format.ts';
import { CompareCard } from './compare-card.tsx';

type Metric = Comparison['metrics'][number];

export interface MetricsTableProps {
  readonly runs: readonly RunSummary[];
  readonly metrics: readonly Metric[];
  readonly total: number;
}

/** The best value where a name tells which way is better; undefined where all are equal too. */
function bestOf({ values, differs, higherIsBetter }: Metric): number | undefined {
  const known = values.filter((value) => value !== null);
  if (!differs || higherIsBetter === null || known.length < 2) return undefined;
  return higherIsBetter ? Math.max(...known) : Math.min(...known);
}

const signed = (value: number): string => `${value > 0 ? '+' : '−'}${formatNumber(Math.abs(value))}`;

/** Last values by run, each with its distance from the first run's; the best is marked. */
export function MetricsTable({ runs, metrics, total }: MetricsTableProps) {
  return (
    <CompareCard title="Metrics" runs={runs} total={total} shown={metrics.length}>
      {metrics.map((metric) => {
        const best = bestOf(metric);
        const first = metric.values[0] ?? null;
        return (
          <tr key={metric.name}>
            <th scope="row">
              {metric.name}
              {metric.higherIsBetter !== null && (
                <span className="muted" title={metric.higherIsBetter ? 'Higher is better' : 'Lower is better'}>
                  {metric.higherIsBetter ? ' ↑' : ' ↓'}
                </span>
              )}
            </th>
            {runs.map(({ id }, index) => {
              const value = metric.values[index] ?? null;
              const distance = value !== null && first !== null && index > 0 ? value - first : 0;
              return (
                <td key={id} className={value !== null && value === best ? 'compare-best' : undefined}>
                  {value === null ? <span className="muted">–</span> : formatNumber(value)}
                  {value !== null && value === best && <span className="compare-badge">best</span>}
                  {distance !== 0 && <small className="muted"> {signed(distance)}</small>}
                </td>
              );
            })}
          </tr>
        );
      })}
    </CompareCard>
  );
}
