import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Comparison } from '../../../server/api/comparison.ts';
import { address } from '../../client/address.ts';
import { compareQuery } from '../../client/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { headlineMetrics } from '../../parts/headline-metrics.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { StatusShape } from '../../parts/status.tsx';
import { Page } from '../../shell/page.tsx';
import { LinesTable } from './lines-table.tsx';
import { MetricsTable } from './metrics-table.tsx';
import { PicturesTable } from './pictures-table.tsx';
import { StepsTable } from './steps-table.tsx';
import './compare-page.css';

const Overlays = lazy(() => import('./overlays.tsx').then(({ Overlays }) => ({ default: Overlays })));
const Parallel = lazy(() => import('./parallel.tsx').then(({ Parallel }) => ({ default: Parallel })));
const Legend = lazy(() => import('../../charts/legend.tsx').then(({ Legend }) => ({ default: Legend })));
const route = getRouteApi('/compare');

/** Runs beside each other: what was different, and what became of it. */
export function ComparePage() {
  const { runs = '', all } = route.useSearch();
  const navigate = route.useNavigate();
  const ids = runs.split(',').filter(Boolean);
  const { data, error } = useQuery({ ...compareQuery(ids), enabled: ids.length >= 2 });
  const showsAll = all === 'yes';
  return (
    <Page
      title="Compare"
      marks={ids.length > 1 && <span className="count">{ids.length} runs</span>}
      path={[
        <Link key="runs" to="/runs" search={{ selected: runs }}>
          Runs
        </Link>,
      ]}
      actions={
        ids.length > 1 && (
          <>
            <button
              type="button"
              className="button"
              aria-pressed={!showsAll}
              onClick={() => void navigate({ search: (now) => ({ ...now, all: showsAll ? '' : 'yes' }) })}
            >
              Differences only
            </button>
            <a className="button" href={address('/api/compare.csv', { runs: ids })} download>
              CSV
            </a>
          </>
        )
      }
    >
      {ids.length < 2 && (
        <Empty title="Select runs to compare" command="sluice runs diff RUN RUN">
          In the list of{' '}
          <Link to="/runs" className="link">
            runs
          </Link>
          , <kbd>x</kbd> selects the run with the focus and <kbd>c</kbd> compares those that are selected, from 2 to 20.
        </Empty>
      )}
      {error && <Problem error={error} title="These runs can't be compared" />}
      {ids.length >= 2 && !data && !error && <Skeleton lines={8} label="Comparing" />}
      {data && ids.length >= 2 && <Body comparison={data} showsAll={showsAll} ids={ids} />}
    </Page>
  );
}

interface BodyProps {
  readonly comparison: Comparison;
  readonly showsAll: boolean;
  readonly ids: readonly string[];
}

function Body({ comparison, showsAll, ids }: BodyProps) {
  const { runs, params, metrics, environment, steps, evaluationSets, pictures, series } = comparison;
  const kept = <Line extends { readonly differs: boolean }>(lines: readonly Line[]): readonly Line[] =>
    showsAll ? lines : lines.filter(({ differs }) => differs);
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  const byWeight = headlineMetrics(metrics.map(({ name }) => ({ [name]: 0 }))).map((name) => byName.get(name)!);
  const hidden = { metrics: metrics.length, params: params.length, environment: environment.length };
  return (
    <>
      {evaluationSets.warning && (
        <div className="compare-warning" role="alert">
          <strong>These figures can't be compared.</strong> {evaluationSets.warning}
        </div>
      )}
      <Suspense fallback={null}>
        <Legend
          items={runs.map((run) => ({
            key: run.id,
            name: (
              <span className="compare-run">
                <StatusShape status={run.status} size={12} />
                <Link to="/runs/$run" params={{ run: run.id }}>
                  {run.name}
                </Link>
                {ids.length > 2 && (
                  <Link
                    from="/compare"
                    to="."
                    search={(now) => ({ ...now, runs: ids.filter((id) => id !== run.id).join(',') })}
                    aria-label={`Leave ${run.name} out`}
                    className="compare-out"
                  >
                    ✕
                  </Link>
                )}
              </span>
            ),
          }))}
        />
      </Suspense>
      <MetricsTable runs={runs} metrics={kept(byWeight)} total={hidden.metrics} />
      <Suspense fallback={<Skeleton lines={6} label="Loading the charts" />}>
        <Parallel comparison={comparison} />
        <Overlays runs={runs} series={series} />
      </Suspense>
      <LinesTable title="Parameters" runs={runs} lines={kept(params)} total={hidden.params} />
      <PicturesTable runs={runs} pictures={pictures} />
      <StepsTable runs={runs} steps={steps} />
      <LinesTable title="Code and environment" runs={runs} lines={kept(environment)} total={hidden.environment} />
    </>
  );
}
