import { Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import type { RunSummary } from '../../../server/api/run.ts';
import { Commit } from '../../parts/commit.tsx';
import { formatDuration, formatNumber } from '../../parts/format.ts';
import { headlineMetrics } from '../../parts/headline-metrics.ts';
import { StatusCounts, StatusMark } from '../../parts/status.tsx';
import { Ago, Duration } from '../../parts/time.tsx';

/** Nothing but rows and columns: filters and order are the server's. */
export const FEATURES = {};

/** So many metrics have a column. */
const MOST_METRICS = 2;
/** Rows that are looked at to choose them: the choice must not change while one scrolls. */
const SAMPLE = 100;

/** The metrics that tell most, the one that is sorted by first. */
export function metricsOf(runs: readonly RunSummary[], sort: string): readonly string[] {
  const common = headlineMetrics(runs.slice(0, SAMPLE).map(({ metrics }) => metrics));
  const sorted = /^-?metrics\.(.+)$/.exec(sort)?.[1];
  const names = sorted ? [sorted, ...common.filter((name) => name !== sorted)] : common;
  return names.slice(0, MOST_METRICS);
}

const helper = createColumnHelper<typeof FEATURES, RunSummary>();

/** Columns of the list; CSS leaves out those that a narrow window has no room for. */
export const columnsFor = (metrics: readonly string[]) =>
  helper.columns([
    helper.accessor('status', {
      id: 'status',
      header: 'State',
      cell: ({ row }) => <StatusMark status={row.original.status} />,
    }),
    helper.accessor('name', { id: 'name', header: 'Run', cell: ({ row }) => <NameCell run={row.original} /> }),
    helper.accessor('pipeline', {
      id: 'pipeline',
      header: 'Pipeline',
      cell: ({ row: { original } }) => (
        <Link to="/pipelines/$pipeline" params={{ pipeline: original.pipeline }} className="cut">
          {original.pipeline}
        </Link>
      ),
    }),
    helper.display({ id: 'steps', header: 'Steps', cell: ({ row }) => <StatusCounts counts={row.original.counts} /> }),
    ...metrics.map((metric) =>
      helper.display({
        id: `metric:${metric}`,
        header: metric,
        cell: ({ row }) => {
          const value = row.original.metrics[metric];
          return value === undefined ? <span className="muted">–</span> : formatNumber(value);
        },
      }),
    ),
    helper.accessor('durationMs', {
      id: 'duration',
      header: 'Duration',
      cell: ({ row: { original } }) => (
        <Duration ms={original.durationMs} since={original.status === 'running' ? original.startedAt : null} />
      ),
    }),
    helper.accessor('createdAt', {
      id: 'when',
      header: 'Started',
      cell: ({ row }) => <Ago time={row.original.createdAt} />,
    }),
    helper.accessor('stack', { id: 'stack', header: 'Stack', cell: ({ row }) => row.original.stack }),
    helper.display({ id: 'commit', header: 'Commit', cell: ({ row }) => <Commit git={row.original.git} isShort /> }),
  ]);

/** So many tags stand beside a name; the others are counted. */
const MOST_TAGS = 2;

function NameCell({ run }: { readonly run: RunSummary }) {
  const more = run.tags.slice(MOST_TAGS);
  return (
    <div className="runs-name">
      <div className="runs-name-line">
        <Link to="/runs/$run" params={{ run: run.id }} title={run.error ?? run.name} className="cut">
          {run.name}
        </Link>
        {run.tags.slice(0, MOST_TAGS).map((tag) => (
          <Link key={tag} to="/runs" search={{ filter: `tag:${tag}` }} className="tag cut" title={`All tagged ${tag}`}>
            {tag}
          </Link>
        ))}
        {more.length > 0 && (
          <span className="tag runs-more-tags" title={more.join(', ')}>
            +{more.length}
          </span>
        )}
      </div>
      {run.error && run.status !== 'cancelled' && <div className="runs-error cut">{run.error}</div>}
      <div className="runs-narrow cut">
        {run.pipeline} · <Ago time={run.createdAt} />
        {run.durationMs !== null && ` · ${formatDuration(run.durationMs)}`}
      </div>
    </div>
  );
}
