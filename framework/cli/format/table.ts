import { padEnd, padStart, truncate, widthOf } from './width.ts';

export interface Column<T> {
  readonly header: string;
  readonly text: (item: T) => string;
  readonly align?: 'left' | 'right';
  /** Colours the padded cell. */
  readonly style?: (cell: string, item: T) => string;
  /** May be cut to make the table truncate the terminal; the widest such column is cut first. */
  readonly shrinks?: boolean;
}

export interface TableOptions {
  readonly heading: (text: string) => string;
  /** Columns of the terminal; absent in a pipe, where nothing is cut. */
  readonly width?: number | undefined;
}

const GAP = '  ';
const NARROWEST = 8;

/** Lines of an aligned table, headings first. */
export function tableText<T>(columns: readonly Column<T>[], items: readonly T[], options: TableOptions): string {
  const cells = items.map((item) => columns.map((column) => column.text(item).replaceAll('\n', ' ')));
  const widths = columns.map(({ header }, i) =>
    Math.max(widthOf(header), ...cells.map((row) => widthOf(row[i] ?? ''))),
  );
  if (options.width !== undefined) shrink(columns, widths, options.width);
  const line = (row: readonly string[], style: (cell: string, column: Column<T>) => string): string =>
    columns
      .map((column, i) => {
        const width = widths[i] ?? 0;
        const cell = truncate(row[i] ?? '', width);
        const last = i === columns.length - 1 && column.align !== 'right';
        return style(last ? cell : column.align === 'right' ? padStart(cell, width) : padEnd(cell, width), column);
      })
      .join(GAP);
  const heading = options.heading(
    line(
      columns.map(({ header }) => header),
      (cell) => cell,
    ).trimEnd(),
  );
  const rows = items.map((item, r) =>
    line(cells[r] ?? [], (cell, column) => column.style?.(cell, item) ?? cell).trimEnd(),
  );
  return [heading, ...rows].join('\n');
}

function shrink<T>(columns: readonly Column<T>[], widths: number[], available: number): void {
  const total = (): number => widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
  for (let over = total() - available; over > 0; over = total() - available) {
    const widest = columns
      .map((column, i) => ({ i, width: column.shrinks ? (widths[i] ?? 0) : 0 }))
      .sort((a, b) => b.width - a.width)[0];
    if (!widest || widest.width <= NARROWEST) return;
    widths[widest.i] = Math.max(NARROWEST, widest.width - over);
  }
}
