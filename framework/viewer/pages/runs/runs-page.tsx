import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { shellWord } from '../../../shell-word.ts';
import { runsQuery } from '../../client/queries.ts';
import { RequestError } from '../../client/request.ts';
import { useRunCommand } from '../../client/use-run-command.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { useKeys } from '../../shell/keyboard.ts';
import { Page } from '../../shell/page.tsx';
import { FilterField } from './filter-field.tsx';
import { RunsTable } from './runs-table.tsx';
import { SelectionBar } from './selection-bar.tsx';
import './runs-page.css';

const route = getRouteApi('/runs');

const SORTS = [
  ['newest', 'Newest first'],
  ['oldest', 'Oldest first'],
  ['longest', 'Longest first'],
  ['name', 'By name'],
] as const;

const listOf = (text: string | undefined): readonly string[] => text?.split(',').filter(Boolean) ?? [];

/** All runs, filtered and sorted as the address says. */
export function RunsPage() {
  const { filter = '', sort = 'newest', selected } = route.useSearch();
  const navigate = route.useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const query = useInfiniteQuery(runsQuery({ filter, sort }));
  const runs = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const chosen = listOf(selected);

  const change = (to: Partial<Record<'filter' | 'sort' | 'selected', string>>): void =>
    void navigate({ search: (now) => ({ ...now, ...to }), replace: !('filter' in to || 'sort' in to) });
  useKeys('Runs', [
    { keys: '/', what: 'Filter', act: () => field.current?.focus() },
    { keys: 'Escape', what: 'Select nothing', act: () => change({ selected: '' }) },
  ]);

  const first = query.data?.pages[0];
  const metricSort = /^-?metrics\.(.+)$/.exec(sort);
  return (
    <Page
      title="Runs"
      fills
      marks={
        first && (
          <span className="count">{`${first.total.toLocaleString('en-US')}${first.moreThanTotal ? '+' : ''}`}</span>
        )
      }
    >
      <div className="runs-tools">
        <FilterField
          ref={field}
          value={filter}
          problem={query.error instanceof RequestError && query.error.status === 400 ? query.error : null}
          onChange={(next) => change({ filter: next, selected: '' })}
        />
        <label>
          <span className="hidden-but-read">Sort</span>
          <select className="field" value={sort} onChange={(event) => change({ sort: event.target.value })}>
            {SORTS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
            {metricSort && <option value={sort}>{`By ${metricSort[1]}`}</option>}
          </select>
        </label>
      </div>
      {chosen.length > 0 && (
        <SelectionBar
          runs={runs.filter(({ id }) => chosen.includes(id))}
          selected={chosen}
          onClear={() => change({ selected: '' })}
        />
      )}
      {query.isPending && <Skeleton lines={8} label="Loading the runs" />}
      {query.error && !(query.error instanceof RequestError && query.error.status === 400) && (
        <Problem error={query.error} title="The runs can't be read" />
      )}
      {query.data && runs.length === 0 && <NoRuns filter={filter} />}
      {runs.length > 0 && (
        <RunsTable
          runs={runs}
          sort={sort}
          selected={chosen}
          isStale={query.isPlaceholderData}
          more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : null}
          onSelect={(ids) => change({ selected: ids.join(',') })}
          onSort={(next) => change({ sort: next })}
        />
      )}
    </Page>
  );
}

function NoRuns({ filter }: { readonly filter: string }) {
  const runCommand = useRunCommand();
  if (filter !== '')
    return (
      <Empty title="No run fits this filter" command={`sluice runs list --filter ${shellWord(filter)}`}>
        Leave a word out, or see{' '}
        <Link to="/runs" className="link">
          all runs
        </Link>
        .
      </Empty>
    );
  return (
    <Empty title="No runs yet" command={runCommand}>
      A run appears here the moment it starts, from whichever terminal.
    </Empty>
  );
}
