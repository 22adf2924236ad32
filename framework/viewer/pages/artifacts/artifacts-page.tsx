import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { shellWord } from '../../../shell-word.ts';
import { artifactsQuery } from '../../client/queries.ts';
import { useRunCommand } from '../../client/use-run-command.ts';
import { Empty } from '../../parts/empty.tsx';
import { formatBytes, shortDigest } from '../../parts/format.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import { useFocusRow } from '../../parts/use-focus-row.ts';
import { useKeys } from '../../shell/keyboard.ts';
import { Page } from '../../shell/page.tsx';

const route = getRouteApi('/artifacts');
const TYPING_MS = 250;

/** Everything that steps put out, newest first. */
export function ArtifactsPage() {
  const { search = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const runCommand = useRunCommand();
  const [text, setText] = useState(search);
  const field = useRef<HTMLInputElement>(null);
  const frame = useRef<HTMLTableSectionElement>(null);
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(artifactsQuery(search));
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const focusRow = useFocusRow(frame, () => undefined, items.length);
  useEffect(() => {
    if (text === search) return;
    const timer = setTimeout(() => void navigate({ search: { search: text }, replace: true }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, search, navigate]);
  useKeys('List of artifacts', [
    { keys: '/', what: 'Search', act: () => field.current?.focus() },
    { keys: 'j', what: 'Next artifact', act: () => focusRow(1) },
    { keys: 'k', what: 'Previous artifact', act: () => focusRow(-1) },
  ]);
  return (
    <Page title="Artifacts">
      <input
        ref={field}
        className="field"
        type="search"
        aria-label="Search by name, step or digest"
        placeholder="Search by name, step or digest"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      />
      {error && <Problem error={error} title="The artifacts can't be listed" />}
      {!data && !error && <Skeleton lines={8} label="Loading the artifacts" />}
      {data && items.length === 0 && (
        <Empty
          title={search === '' ? 'No artifacts yet' : 'No artifact fits'}
          command={search === '' ? runCommand : `sluice artifacts list --search ${shellWord(search)}`}
        >
          Whatever a step returns is kept under the digest of its bytes.
        </Empty>
      )}
      {items.length > 0 && (
        <section className="card scrolls" aria-label="Artifacts" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th>Artifact</th>
                <th>Made by</th>
                <th>Format</th>
                <th className="number">Size</th>
                <th>When</th>
              </tr>
            </thead>
            <tbody ref={frame}>
              {items.map(({ digest, name, format, size, node, field: output, run, createdAt }, index) => (
                <tr key={`${run} ${node} ${output}`} data-index={index}>
                  <td>
                    <Link to="/artifacts/$digest" params={{ digest }} className="link">
                      {name ?? <code>{shortDigest(digest)}</code>}
                    </Link>
                    {name !== null && <code className="muted"> {shortDigest(digest)}</code>}
                  </td>
                  <td>
                    <Link to="/runs/$run/steps/$node" params={{ run, node }}>
                      {node}
                      {output && `.${output}`}
                    </Link>
                  </td>
                  <td>{format}</td>
                  <td className="number">{formatBytes(size)}</td>
                  <td>
                    <Ago time={createdAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {hasNextPage && (
            <button
              type="button"
              className="button quiet"
              disabled={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              More
            </button>
          )}
        </section>
      )}
    </Page>
  );
}
