import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import type { Grid } from '../../../server/api/pipeline.ts';
import { shellWord } from '../../../shell-word.ts';
import { gridQuery, pipelineQuery } from '../../client/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { formatMark } from '../../parts/format.ts';
import { headlineMetrics } from '../../parts/headline-metrics.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { isOver } from '../../parts/status.tsx';
import { Page } from '../../shell/page.tsx';
import { RunGrid } from './run-grid.tsx';

const Curves = lazy(() => import('../../charts/curves.tsx').then(({ Curves }) => ({ default: Curves })));
const route = getRouteApi('/pipelines/$pipeline');

const LENGTHS = [10, 30, 60, 100];
const DEFAULT_LENGTH = 30;

/** One pipeline over time: which steps of which runs did what, how long runs take, how a metric goes. */
export function PipelinePage() {
  const { pipeline } = route.useParams();
  const { last } = route.useSearch();
  const navigate = route.useNavigate();
  const length = Number(last) || DEFAULT_LENGTH;
  const { data: about } = useQuery(pipelineQuery(pipeline));
  const { data: grid, error } = useQuery(gridQuery(pipeline, length));
  return (
    <Page
      title={pipeline}
      path={[
        <Link key="pipelines" to="/pipelines">
          Pipelines
        </Link>,
      ]}
      lede={about?.source && <code>{about.source}</code>}
      actions={
        <>
          <Link to="/runs" search={{ filter: `pipeline:${pipeline}` }} className="button">
            All its runs
          </Link>
          <Link to="/pipelines/$pipeline/run" params={{ pipeline }} className="button primary">
            Run…
          </Link>
        </>
      }
    >
      {about?.problem && <Problem error={new Error(about.problem)} title="Its file can't be read now" />}
      {error && <Problem error={error} title="Its runs can't be read" />}
      {!grid && !error && <Skeleton lines={8} label="Loading the runs" />}
      {grid && grid.runs.length === 0 && (
        <Empty title="It has not run yet" command={`sluice run ${shellWord(pipeline)}`}>
          Each run becomes a column here, each step a row.
        </Empty>
      )}
      {grid && grid.runs.length > 0 && (
        <>
          <section className="card">
            <header>
              <h2>Steps by run</h2>
              <label className="end">
                <span className="hidden-but-read">How many runs</span>
                <select
                  className="field"
                  value={length}
                  onChange={(event) => void navigate({ search: (now) => ({ ...now, last: event.target.value }) })}
                >
                  {LENGTHS.map((each) => (
                    <option key={each} value={each}>
                      Last {each} runs
                    </option>
                  ))}
                </select>
              </label>
            </header>
            <RunGrid grid={grid} />
          </section>
          <Trends grid={grid} />
        </>
      )}
    </Page>
  );
}

/** From the oldest run to the newest. */
function Trends({ grid }: { readonly grid: Grid }) {
  const { metric: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const runs = useMemo(() => grid.runs.filter(({ status }) => isOver(status)).toReversed(), [grid]);
  const byWeight = useMemo(() => headlineMetrics(runs.map(({ metrics }) => metrics)), [runs]);
  const names = useMemo(() => [...byWeight].sort(), [byWeight]);
  const metric = asked && names.includes(asked) ? asked : byWeight[0];
  const durations = useMemo(
    () => [{ name: 'duration', points: runs.map(({ durationMs }, index) => [index + 1, durationMs] as const) }],
    [runs],
  );
  const values = useMemo(
    () => [
      {
        name: metric ?? '',
        points: runs.map(({ metrics }, index) => [index + 1, metrics[metric ?? ''] ?? null] as const),
      },
    ],
    [runs, metric],
  );
  return (
    <Suspense fallback={<Skeleton lines={6} label="Loading the charts" />}>
      <div className="columns">
        <section className="card">
          <header>
            <h2>Duration</h2>
          </header>
          <div className="body">
            <Curves
              label={`Duration of the last ${runs.length} runs, oldest first`}
              curves={durations}
              x="run"
              format={formatMark}
            />
          </div>
        </section>
        {metric !== undefined && (
          <section className="card">
            <header>
              <h2>Metric</h2>
              <label className="end">
                <span className="hidden-but-read">Which metric</span>
                <select
                  className="field"
                  value={metric}
                  onChange={(event) =>
                    void navigate({ search: (now) => ({ ...now, metric: event.target.value }), replace: true })
                  }
                >
                  {names.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              </label>
            </header>
            <div className="body">
              <Curves label={`${metric} of the last ${runs.length} runs, oldest first`} curves={values} x="run" />
            </div>
          </section>
        )}
      </div>
    </Suspense>
  );
}
