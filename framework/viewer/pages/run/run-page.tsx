import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { RunMetrics } from '../../../server/api/metric.ts';
import type { Run } from '../../../server/api/run.ts';
import { linksQuery, metricsQuery, runQuery } from '../../client/queries.ts';
import { RequestError } from '../../client/request.ts';
import { Commit } from '../../parts/commit.tsx';
import { HookFailures } from '../../parts/hook-failures.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { isOver, StatusCounts, StatusMark } from '../../parts/status.tsx';
import { Ago, Duration } from '../../parts/time.tsx';
import { useKeys } from '../../shell/keyboard.ts';
import { Page } from '../../shell/page.tsx';
import { ArtifactsView } from './artifacts-view.tsx';
import { DetailsView } from './details-view.tsx';
import { GraphView } from './graph-view.tsx';
import { MetricsView } from './metrics-view.tsx';
import { RunActions } from './run-actions.tsx';
import { RunError } from './run-error.tsx';
import { RunLog } from './run-log.tsx';
import { RunNotes } from './run-notes.tsx';
import { StepHooks } from './step-hooks.tsx';
import { TimelineView } from './timeline-view.tsx';
import './run-page.css';

const route = getRouteApi('/runs/$run');

const VIEWS = ['graph', 'timeline', 'logs', 'metrics', 'artifacts', 'details'] as const;
type View = (typeof VIEWS)[number];
const NAMES: Readonly<Record<View, string>> = {
  graph: 'Graph',
  timeline: 'Timeline',
  logs: 'Logs',
  metrics: 'Metrics',
  artifacts: 'Artifacts',
  details: 'Parameters and code',
};

/** One run: what it is made of, when, what it said, how well it did, and what with. */
export function RunPage() {
  const { run: id } = route.useParams();
  const { data: run, error, dataUpdatedAt } = useQuery(runQuery(id));
  if (!run) {
    return (
      <Page
        title={error ? 'No such run' : id}
        path={[
          <Link key="runs" to="/runs">
            Runs
          </Link>,
        ]}
      >
        {error ? <Problem error={error} /> : <Skeleton lines={8} label="Loading the run" />}
      </Page>
    );
  }
  const isGone = error instanceof RequestError && error.status === 404;
  return <Loaded run={run} version={dataUpdatedAt} isGone={isGone} />;
}

interface LoadedProps {
  readonly run: Run;
  readonly version: number;
  /** Somebody deleted it since. */
  readonly isGone: boolean;
}

function Loaded({ run, version, isGone }: LoadedProps) {
  const { view: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: metrics } = useQuery(metricsQuery(run.id));
  const view: View = VIEWS.find((each) => each === asked) ?? 'graph';
  useKeys(
    'Run',
    VIEWS.map((name, index) => ({
      keys: String(index + 1),
      what: NAMES[name],
      act: () => void navigate({ search: (now) => ({ ...now, view: name }) }),
    })),
  );
  return (
    <Page
      title={run.name}
      marks={<Marks run={run} />}
      path={[
        <Link key="runs" to="/runs">
          Runs
        </Link>,
        <Link key="pipeline" to="/pipelines/$pipeline" params={{ pipeline: run.pipeline }}>
          {run.pipeline}
        </Link>,
      ]}
      actions={isGone ? undefined : <RunActions run={run} />}
      lede={<Facts run={run} />}
    >
      {isGone && (
        <p className="run-caught" role="alert">
          This run was deleted a moment ago. What stands here is the last that was read of it.
        </p>
      )}
      <RunNotes notes={run.notes} />
      <RunError run={run} />
      <HookFailures failures={run.hookFailures} />
      <StepHooks run={run} />
      <Tabs view={view} run={run} metrics={metrics} />
      <Shown view={view} run={run} metrics={metrics} version={version} />
    </Page>
  );
}

interface ViewProps {
  readonly view: View;
  readonly run: Run;
  readonly metrics: RunMetrics | undefined;
}

function Tabs({ view, run, metrics }: ViewProps) {
  // Not all have room on a phone: the one that is open is in sight.
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    const current = tabs.current?.children[VIEWS.indexOf(view)];
    if (tabs.current && current instanceof HTMLElement)
      tabs.current.scrollLeft = current.offsetLeft - (tabs.current.clientWidth - current.offsetWidth) / 2;
  }, [view]);
  const counts: Readonly<Partial<Record<View, number>>> = {
    graph: run.steps.length,
    ...(metrics && { metrics: new Set(metrics.series.map(({ name }) => name)).size }),
  };
  return (
    <nav className="tabs" aria-label="Views of the run" ref={tabs}>
      {VIEWS.map((name) => (
        <Link
          key={name}
          from="/runs/$run"
          to="."
          search={(now) => ({ ...now, view: name === 'graph' ? '' : name })}
          aria-current={name === view ? 'page' : undefined}
          activeProps={{}}
        >
          {NAMES[name]}
          {counts[name] !== undefined && <span className="count">{counts[name].toLocaleString('en-US')}</span>}
        </Link>
      ))}
    </nav>
  );
}

function Shown({ view, run, metrics, version }: ViewProps & Pick<LoadedProps, 'version'>) {
  switch (view) {
    case 'graph':
      return <GraphView run={run} />;
    case 'timeline':
      return <TimelineView run={run} />;
    case 'logs':
      return <RunLog run={run} version={version} />;
    case 'metrics':
      return <MetricsView run={run} metrics={metrics} />;
    case 'artifacts':
      return <ArtifactsView run={run} />;
    case 'details':
      return <DetailsView run={run} values={metrics?.values ?? []} />;
  }
}

const Marks = ({ run }: { readonly run: Run }) => (
  <>
    <StatusMark status={run.status} />
    {run.cancelRequested && !isOver(run.status) && <span className="muted">stopping…</span>}
    {run.tags.map((tag) => (
      <Link key={tag} to="/runs" search={{ filter: `tag:${tag}` }} className="tag cut">
        {tag}
      </Link>
    ))}
  </>
);

function Facts({ run }: { readonly run: Run }) {
  const { data: links } = useQuery(linksQuery(run.id));
  const relatives = [
    ...run.earlier.map((each) => ({ ...each, what: 'goes on from' })),
    ...run.later.map((each) => ({ ...each, what: 'went on as' })),
  ];
  return (
    <div className="page-facts">
      <span>
        <Ago time={run.createdAt} />
      </span>
      <span>
        <Duration ms={run.durationMs} since={isOver(run.status) ? null : run.startedAt} />
      </span>
      <StatusCounts counts={run.counts} />
      <span>stack {run.stack}</span>
      {run.git && (
        <span>
          {run.git.branch && `${run.git.branch} `}
          <Commit git={run.git} />
        </span>
      )}
      {links?.tracker && (
        <a className="link" href={links.tracker} target="_blank" rel="noreferrer noopener">
          In the tracker ↗
        </a>
      )}
      {relatives.map(({ id, name, what }) => (
        <span key={id}>
          {what}{' '}
          <Link to="/runs/$run" params={{ run: id }} className="link">
            {name}
          </Link>
        </span>
      ))}
    </div>
  );
}
