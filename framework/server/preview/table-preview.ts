import type { Preview } from '../api/artifact.ts';

const MOST_ROWS = 1000;
const MOST_COLUMNS = 200;
const LONGEST_CELL = 500;

/** Rows of a CSV or TSV; of a file that was cut the last, broken row is left out. */
export async function tablePreview(
  text: string,
  { delimiter, truncated }: { readonly delimiter: string; readonly truncated: boolean },
): Promise<Preview | undefined> {
  const { parse } = await import('csv-parse/sync');
  try {
    const whole = truncated ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
    const records: string[][] = parse(whole, {
      delimiter,
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
    });
    const [columns = [], ...rows] = records.map((row) =>
      row.slice(0, MOST_COLUMNS).map((cell) => cell.slice(0, LONGEST_CELL)),
    );
    return { kind: 'table', columns, rows: rows.slice(0, MOST_ROWS), totalRows: truncated ? null : rows.length };
  } catch {
    // No table after all: it is shown as text.
    return undefined;
  }
}
