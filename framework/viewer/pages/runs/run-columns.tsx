import { Link } from '@tanstack/react-router';
import { createColumnHelper } from '@tanstack/react-table';
import type { RunSummary } from '../../../server/api/run.ts';
import { Commit } from '../../parts/commit.tsx';
import { formatDuration, formatNumber } from '../../parts/format.ts';
import { StatusCounts, StatusMark } from '../../parts/status.tsx';
import { Ago, Duration } from '../../parts/time.tsx';

/** Nothing but rows and columns: filters and order are the server's. */
export const FEATURES = {};

/** So many metrics have a column. */
const MOST_METRICS = 2;
/** Rows that are looked at to choose them: the choice must not change while one scrolls. */
const SAMPLE = 100;

/** The metrics that most runs have, the one that is sorted by first. */
export function metricsOf(runs: readonly RunSummary[], sort: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const { metrics } of runs.slice(0, SAMPLE))
    for (const name of Object.keys(metrics)) counts.set(name, (counts.get(name) ?? 0) + 1);
  // A plain name is a result; one with a slash is a curve of a group.
  const isPart = (name: string): number => Number(name.includes('/'));
  const common = [...counts]
    .sort(([nameA, a], [nameB, b]) => isPart(nameA) - isPart(nameB) || b - a)
    .map(([name]) => name);
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

function NameCell({ run }: { readonly run: RunSummary }) {
  return (
    <div className="runs-name">
      <div className="cut">
        <Link to="/runs/$run" params={{ run: run.id }} title={run.error ?? run.name}>
          {run.name}
        </Link>
        {run.tags.map((tag) => (
          <span key={tag} className="tag cut">
            {tag}
          </span>
        ))}
      </div>
      {run.error && run.status !== 'cancelled' && <div className="runs-error cut">{run.error}</div>}
      <div className="runs-narrow cut">
        {run.pipeline} · <Ago time={run.createdAt} />
        {run.durationMs !== null && ` · ${formatDuration(run.durationMs)}`}
      </div>
    </div>
  );
}
