import { lazy, Suspense, useMemo } from 'react';
import type { RunMetrics, Series } from '../../../server/api/metric.ts';
import type { Run } from '../../../server/api/run.ts';
import { Empty } from '../../parts/empty.tsx';
import { formatNumber } from '../../parts/format.ts';
import { headlineMetrics } from '../../parts/headline-metrics.ts';
import { Skeleton } from '../../parts/skeleton.tsx';
import { isOver } from '../../parts/status.tsx';

const Curves = lazy(() => import('../../charts/curves.tsx').then(({ Curves }) => ({ default: Curves })));
const Legend = lazy(() => import('../../charts/legend.tsx').then(({ Legend }) => ({ default: Legend })));

export interface MetricsViewProps {
  readonly run: Run;
  readonly metrics: RunMetrics | undefined;
}

/** Every metric of the run: a curve where it has several values, a figure where it has one. New points appear by themselves. */
export function MetricsView({ run, metrics }: MetricsViewProps) {
  const byName = useMemo(() => groupByName(metrics?.series ?? []), [metrics]);
  if (!metrics) return <Skeleton lines={6} label="Loading the metrics" />;
  if (byName.length === 0) {
    return (
      <Empty
        title={isOver(run.status) ? 'No metrics' : 'No metrics yet'}
        command="stepContext().tracker.metrics({ loss }, { step: epoch })"
      >
        What a step gives its tracker is drawn here while it runs.
      </Empty>
    );
  }
  const curves = byName.filter(([, series]) => series.some(({ count }) => count > 1));
  const figures = byName.filter(([, series]) => series.every(({ count }) => count <= 1));
  return (
    <div className="run-metrics">
      {figures.length > 0 && (
        <section className="card" aria-label="Figures">
          <header>
            <h2>Figures</h2>
          </header>
          <div className="run-figures">
            {figures.flatMap(([name, series]) =>
              series.map(({ step, last }) => (
                <div key={`${step} ${name}`}>
                  <span className="muted cut" title={`${name}, of ${step}`}>
                    {name}
                  </span>
                  <strong>{last === null ? 'not a number' : formatNumber(last)}</strong>
                </div>
              )),
            )}
          </div>
        </section>
      )}
      <Suspense fallback={<Skeleton lines={8} label="Loading the charts" />}>
        <div className="curve-grid">
          {curves.map(([name, series]) => (
            <CurveCard key={name} name={name} series={series} />
          ))}
        </div>
      </Suspense>
    </div>
  );
}

function groupByName(series: readonly Series[]): readonly (readonly [string, readonly Series[]])[] {
  const groups = new Map<string, Series[]>();
  for (const each of series) groups.set(each.name, [...(groups.get(each.name) ?? []), each]);
  return headlineMetrics([...groups.keys()].map((name) => ({ [name]: 0 }))).map((name) => [name, groups.get(name)!]);
}

function CurveCard({ name, series }: { readonly name: string; readonly series: readonly Series[] }) {
  const lines = useMemo(
    () => series.map(({ step, points }) => ({ name: step, points: points.map(([x, value]) => [x, value] as const) })),
    [series],
  );
  const only = series.length === 1 ? series[0] : undefined;
  const said = series.map(({ step, last, min, max }) => `${step}: last ${last}, from ${min} to ${max}`).join('; ');
  return (
    <figure className="card curve-card">
      <header>
        <h3 className="cut" title={name}>
          {name}
        </h3>
        {only && only.last !== null && <strong className="end">{formatNumber(only.last)}</strong>}
      </header>
      <div className="body">
        <Curves label={`${name}. ${said}`} curves={lines} />
        {series.length > 1 ? (
          <Legend items={series.map(({ step }) => ({ key: step, name: step }))} />
        ) : (
          only &&
          only.min !== null &&
          only.max !== null && (
            <p className="muted curve-range">
              {only.count.toLocaleString('en-US')} points, {formatNumber(only.min)} to {formatNumber(only.max)}
            </p>
          )
        )}
      </div>
    </figure>
  );
}
