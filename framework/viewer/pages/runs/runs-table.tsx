import { useNavigate } from '@tanstack/react-router';
import { tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, memo, useCallback, useEffect, useMemo, useRef } from 'react';
import type { RunSummary } from '../../../server/api/run.ts';
import { useIsNarrow } from '../../parts/is-narrow.ts';
import { useFocusRow } from '../../parts/use-focus-row.ts';
import { useKeys } from '../../shell/keyboard.ts';
import { columnsFor, FEATURES, metricsOf } from './run-columns.tsx';

export interface RunsTableProps {
  readonly runs: readonly RunSummary[];
  readonly sort: string;
  readonly selected: readonly string[];
  /** Of another filter, until this one's answer is here. */
  readonly isStale: boolean;
  /** Asks for more rows; null at the end and while it is asked. */
  readonly more: (() => void) | null;
  readonly onSelect: (ids: readonly string[]) => void;
  readonly onSort: (sort: string) => void;
}

const ROW_HEIGHT = 38;
const NARROW_ROW_HEIGHT = 58;
/** Rows beyond the edge that are drawn already. */
const OVERSCAN = 12;
/** More is asked for when the end is so near. */
const NEAR_END = 30;

const features = tableFeatures(FEATURES);
type ShownTable = ReturnType<typeof useTable<typeof features, RunSummary>>;
type ShownRow = ReturnType<ShownTable['getRowModel']>['rows'][number];
const keyOf = ({ id }: RunSummary): string => id;

/** The list, of which only the rows in sight are in the page. */
export function RunsTable(props: RunsTableProps) {
  const height = useIsNarrow() ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  // The list measures its rows once.
  return <Rows key={height} height={height} {...props} />;
}

function Rows({
  runs,
  sort,
  selected,
  isStale,
  more,
  onSelect,
  onSort,
  height,
}: RunsTableProps & { readonly height: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const metrics = metricsOf(runs, sort).join('\n');
  const columns = useMemo(() => columnsFor(metrics.split('\n').filter(Boolean)), [metrics]);
  const table = useTable({ features, columns, data: runs, getRowId: keyOf });
  const rows = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
  });

  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) more?.();
  }, [last, rows.length, more]);

  const toggle = useCallback(
    (id: string): void => onSelect(selected.includes(id) ? selected.filter((each) => each !== id) : [...selected, id]),
    [onSelect, selected],
  );
  const focusRow = useFocusRow(frame, (index) => virtual.scrollToIndex(index), rows.length);
  useKeys('List of runs', [
    { keys: 'j', what: 'Next run', act: () => focusRow(1) },
    { keys: 'k', what: 'Previous run', act: () => focusRow(-1) },
    {
      keys: 'x',
      what: 'Select the run',
      act: () => {
        const id = focusedRow()?.dataset['run'];
        if (id) toggle(id);
      },
    },
    {
      keys: 'c',
      what: 'Compare the selected runs',
      act: () => {
        if (selected.length > 1) void navigate({ to: '/compare', search: { runs: selected.join(',') } });
      },
    },
  ]);

  const open = useCallback(
    (event: MouseEvent<HTMLTableRowElement>, id: string): void => {
      if ((event.target as HTMLElement).closest('a, input, label, button')) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey) toggle(id);
      else void navigate({ to: '/runs/$run', params: { run: id } });
    },
    [navigate, toggle],
  );
  return (
    <div className="runs-frame" ref={frame} data-stale={isStale}>
      <table className="runs-table" aria-rowcount={rows.length + 1} aria-label="Runs">
        <thead>
          <tr aria-rowindex={1}>
            <th className="col-select">
              <span className="hidden-but-read">Selected</span>
            </th>
            {table.getHeaderGroups()[0]!.headers.map((header) => {
              const metric = metricNameOf(header.column.id);
              return (
                <th
                  key={header.id}
                  className={`col-${metric ? 'metric' : header.column.id}`}
                  aria-sort={metric ? sortStateOf(sort, metric) : undefined}
                >
                  {metric ? (
                    <button
                      type="button"
                      className="runs-sort cut"
                      title={metric}
                      onClick={() => onSort(nextSort(sort, metric))}
                    >
                      {metric}
                      {sortSignOf(sort, metric)}
                    </button>
                  ) : (
                    <table.FlexRender header={header} />
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const row = rows[index];
            if (!row) return null;
            const isSelected = selected.includes(row.id);
            return (
              <RunRow
                key={row.id}
                row={row}
                index={index}
                top={start}
                height={height}
                isSelected={isSelected}
                open={open}
                toggle={toggle}
                FlexRender={table.FlexRender}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

interface RunRowProps {
  readonly row: ShownRow;
  readonly index: number;
  readonly top: number;
  readonly height: number;
  readonly isSelected: boolean;
  readonly open: (event: MouseEvent<HTMLTableRowElement>, id: string) => void;
  readonly toggle: (id: string) => void;
  readonly FlexRender: ShownTable['FlexRender'];
}

/** Drawn once: while the list is scrolled only the rows that come are new. */
const RunRow = memo(({ row, index, top, height, isSelected, open, toggle, FlexRender }: RunRowProps) => (
  <tr
    data-run={row.id}
    data-index={index}
    data-selected={isSelected}
    aria-rowindex={index + 2}
    style={{ top, height }}
    onClick={(event) => open(event, row.id)}
  >
    <td className="col-select">
      <input
        type="checkbox"
        aria-label={`Select ${row.original.name}`}
        checked={isSelected}
        onChange={() => toggle(row.id)}
      />
    </td>
    {row.getAllCells().map((cell) => (
      <td key={cell.id} className={`col-${metricNameOf(cell.column.id) ? 'metric' : cell.column.id}`}>
        <FlexRender cell={cell} />
      </td>
    ))}
  </tr>
));

const metricNameOf = (column: string): string | undefined =>
  column.startsWith('metric:') ? column.slice('metric:'.length) : undefined;

const sortStateOf = (sort: string, metric: string) =>
  sort === `-metrics.${metric}` ? 'descending' : sort === `metrics.${metric}` ? 'ascending' : 'none';

const sortSignOf = (sort: string, metric: string): string =>
  ({ descending: ' ↓', ascending: ' ↑', none: '' })[sortStateOf(sort, metric)];

const nextSort = (sort: string, metric: string): string =>
  sort === `-metrics.${metric}` ? `metrics.${metric}` : sort === `metrics.${metric}` ? 'newest' : `-metrics.${metric}`;

const focusedRow = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>('tr[data-run]') ?? null;
