import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useRef } from 'react';
import { pipelinesQuery } from '../../client/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { StatusMark } from '../../parts/status.tsx';
import { Ago } from '../../parts/time.tsx';
import { useFocusRow } from '../../parts/use-focus-row.ts';
import { useKeys } from '../../shell/keyboard.ts';
import { Page } from '../../shell/page.tsx';

/** All pipelines of the project, and those that only their runs know of. */
export function PipelinesPage() {
  const { data, error } = useQuery(pipelinesQuery);
  const frame = useRef<HTMLTableSectionElement>(null);
  const items = data?.items ?? [];
  const focusRow = useFocusRow(frame, () => undefined, items.length);
  useKeys('List of pipelines', [
    { keys: 'j', what: 'Next pipeline', act: () => focusRow(1) },
    { keys: 'k', what: 'Previous pipeline', act: () => focusRow(-1) },
  ]);
  return (
    <Page title="Pipelines" marks={data && <span className="count">{items.length}</span>}>
      {error && <Problem error={error} title="The pipelines can't be listed" />}
      {!data && !error && <Skeleton lines={6} label="Loading the pipelines" />}
      {data && items.length === 0 && (
        <Empty title="No pipelines yet" command="sluice init">
          A pipeline is a class with <code>@pipeline</code> in a file below <code>pipelines/</code>.
        </Empty>
      )}
      {items.length > 0 && (
        <section className="card scrolls" aria-label="Pipelines" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th>Pipeline</th>
                <th>Last run</th>
                <th>When</th>
                <th className="number">Runs</th>
                <th className="number">Succeeded</th>
                <th>
                  <span className="hidden-but-read">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody ref={frame}>
              {items.map(({ name, source, lastRun, runs, successRate }, index) => (
                <tr key={name} data-index={index}>
                  <td>
                    <Link to="/pipelines/$pipeline" params={{ pipeline: name }}>
                      <strong>{name}</strong>
                    </Link>
                    <div className="muted">
                      <code>{source ?? 'known by its runs alone'}</code>
                    </div>
                  </td>
                  <td>
                    {lastRun ? (
                      <Link to="/runs/$run" params={{ run: lastRun.id }}>
                        <StatusMark status={lastRun.status} />
                      </Link>
                    ) : (
                      <span className="muted">never</span>
                    )}
                  </td>
                  <td>{lastRun && <Ago time={lastRun.createdAt} />}</td>
                  <td className="number">{runs.toLocaleString('en-US')}</td>
                  <td className="number">{successRate === null ? '–' : `${Math.round(successRate * 100)} %`}</td>
                  <td className="number">
                    {source && (
                      <Link to="/pipelines/$pipeline/run" params={{ pipeline: name }} className="button small">
                        Run…
                      </Link>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Page>
  );
}
