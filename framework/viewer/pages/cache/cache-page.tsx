import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { CacheSummary } from '../../../server/api/cache.ts';
import { cacheQuery, cacheSummaryQuery, infoQuery } from '../../client/queries.ts';
import { useRunCommand } from '../../client/use-run-command.ts';
import { Empty } from '../../parts/empty.tsx';
import { formatBytes, formatDay, formatDuration, shortDigest } from '../../parts/format.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { Invalidate } from './invalidate.tsx';
import './cache-page.css';

const route = getRouteApi('/cache');

const percent = (hits: number, misses: number): string =>
  hits + misses === 0 ? '–' : `${Math.round((hits / (hits + misses)) * 100)} %`;

/** What the cache holds, how often that helped, and how much time it saved. */
export function CachePage() {
  const { step = '' } = route.useSearch();
  const { data: info } = useQuery(infoQuery);
  const { data: summary, error } = useQuery(cacheSummaryQuery);
  const [asks, setAsks] = useState(false);
  return (
    <Page
      title="Cache"
      lede={summary && `Since ${formatDay(new Date(summary.since))}`}
      actions={
        info?.writable && (
          <button type="button" className="button" onClick={() => setAsks(true)}>
            Forget results…
          </button>
        )
      }
    >
      {error && <Problem error={error} title="The cache can't be read" />}
      {!summary && !error && <Skeleton lines={6} label="Loading the figures" />}
      {summary && <Figures summary={summary} />}
      {summary && summary.steps.length > 0 && <StepsTable summary={summary} chosen={step} />}
      <Entries step={step} />
      {asks && <Invalidate step={step} onClose={() => setAsks(false)} />}
    </Page>
  );
}

function Figures({ summary: { entries, hits, misses, savedMs } }: { readonly summary: CacheSummary }) {
  const figures = [
    ['Time saved', savedMs === 0 ? '–' : formatDuration(savedMs)],
    ['Hit rate', percent(hits, misses)],
    ['Hits', hits.toLocaleString('en-US')],
    ['Misses', misses.toLocaleString('en-US')],
    ['Results kept', entries.toLocaleString('en-US')],
  ] as const;
  return (
    <dl className="cache-figures">
      {figures.map(([name, value]) => (
        <div key={name} className="card">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function StepsTable({ summary, chosen }: { readonly summary: CacheSummary; readonly chosen: string }) {
  return (
    <section className="card" aria-label="By step">
      <header>
        <h2>By step</h2>
      </header>
      <section className="scrolls" tabIndex={0} aria-label="Figures by step">
        <table className="table">
          <thead>
            <tr>
              <th>Step</th>
              <th>Hit rate</th>
              <th className="number">Hits</th>
              <th className="number">Misses</th>
              <th className="number">Time saved</th>
              <th className="number">Results</th>
            </tr>
          </thead>
          <tbody>
            {summary.steps.map(({ step, entries, hits, misses, savedMs }) => (
              <tr key={step} aria-current={step === chosen ? 'true' : undefined}>
                <td>
                  <Link to="/cache" search={{ step: step === chosen ? '' : step }} className="link" resetScroll={false}>
                    {step}
                  </Link>
                </td>
                <td>
                  <span className="cache-rate">
                    <span className="cache-meter" aria-hidden="true">
                      <span style={{ width: hits + misses === 0 ? 0 : `${(hits / (hits + misses)) * 100}%` }} />
                    </span>
                    {percent(hits, misses)}
                  </span>
                </td>
                <td className="number">{hits.toLocaleString('en-US')}</td>
                <td className="number">{misses.toLocaleString('en-US')}</td>
                <td className="number">{savedMs === 0 ? '–' : formatDuration(savedMs)}</td>
                <td className="number">{entries.toLocaleString('en-US')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Entries({ step }: { readonly step: string }) {
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery(cacheQuery(step));
  const runCommand = useRunCommand();
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  if (error) return <Problem error={error} title="The results can't be listed" />;
  if (!data) return <Skeleton lines={6} label="Loading the results" />;
  if (items.length === 0) {
    return (
      <Empty title={step === '' ? 'Nothing is cached yet' : `Nothing is cached of ${step}`} command={runCommand}>
        Each step that succeeds leaves its result under its key; the same call again is a hit.
      </Empty>
    );
  }
  return (
    <section className="card" aria-label="Results">
      <header>
        <h2>{step === '' ? 'Results' : `Results of ${step}`}</h2>
      </header>
      <section className="scrolls" tabIndex={0} aria-label="Results that may be used again">
        <table className="table">
          <thead>
            <tr>
              <th>Key</th>
              <th>Made by</th>
              <th>When</th>
              <th>Until</th>
              <th className="number">Size</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ key, step: of, origin, createdAt, expiresAt, size }) => (
              <tr key={key}>
                <td>
                  <code title={key}>{shortDigest(key)}</code>
                </td>
                <td>
                  <Link to="/runs/$run/steps/$node" params={origin} className="link">
                    {origin.node}
                  </Link>
                  {of !== origin.node && <span className="muted"> {of}</span>}
                </td>
                <td>
                  <Ago time={createdAt} />
                </td>
                <td>{expiresAt ? new Date(expiresAt).toLocaleString() : <span className="muted">no end</span>}</td>
                <td className="number">{formatBytes(size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {hasNextPage && (
        <button type="button" className="button quiet" onClick={() => void fetchNextPage()}>
          More
        </button>
      )}
    </section>
  );
}
