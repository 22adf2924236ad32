import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Run } from '../../../server/api/run.ts';
import { artifactsQuery } from '../../client/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { formatBytes, shortDigest } from '../../parts/format.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';

/** What the steps of a run made, cached results included. */
export function ArtifactsView({ run }: { readonly run: Run }) {
  const { data, error, isPending, hasNextPage, fetchNextPage } = useInfiniteQuery(artifactsQuery('', run.id));
  if (error) return <Problem error={error} title="The artifacts can't be listed" />;
  if (isPending) return <Skeleton lines={6} label="Loading the artifacts" />;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return (
      <Empty title="This run made no artifacts">
        Steps that were cached have theirs from an earlier run: their pages link to them.
      </Empty>
    );
  }
  return (
    <section className="card scrolls" aria-label="Artifacts" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th>Step</th>
            <th>Output</th>
            <th>Artifact</th>
            <th>Format</th>
            <th className="number">Size</th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ digest, node, field, name, format, size }) => (
            <tr key={`${node} ${field} ${digest}`}>
              <td>
                <Link to="/runs/$run/steps/$node" params={{ run: run.id, node }}>
                  {node}
                </Link>
              </td>
              <td>{field || <span className="muted">value</span>}</td>
              <td>
                <Link to="/artifacts/$digest" params={{ digest }} className="link">
                  {name ?? <code>{shortDigest(digest)}</code>}
                </Link>
              </td>
              <td>{format}</td>
              <td className="number">{formatBytes(size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hasNextPage && (
        <button type="button" className="button quiet" onClick={() => void fetchNextPage()}>
          More
        </button>
      )}
    </section>
  );
}
