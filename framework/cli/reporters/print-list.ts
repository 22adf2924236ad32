import { csvText } from '../format/csv.ts';
import { type Column, tableText } from '../format/table.ts';
import { yamlText } from '../format/yaml.ts';
import type { Channel } from './terminal.ts';

export type ListOutput = 'table' | 'json' | 'yaml' | 'csv';

/** How a kind of thing is listed. */
export interface ListView<T> {
  /** For people. */
  readonly columns: readonly Column<T>[];
  /** For programs: one flat or nested object each. */
  readonly json: (item: T) => Readonly<Record<string, unknown>>;
  /** Columns of the CSV form, fields of `json`. */
  readonly csvFields: readonly string[];
  /** Said where the table would have no line. */
  readonly empty: string;
}

/** Prints one page of a list in the form that `--output` asks for. JSON and YAML: `{ items, next }`. */
export async function printList<T>(
  page: { readonly items: readonly T[]; readonly next: string | null },
  view: ListView<T>,
  { channel, output }: { readonly channel: Channel; readonly output: ListOutput },
): Promise<void> {
  const { items, next } = page;
  switch (output) {
    case 'json':
      return channel.line(JSON.stringify({ items: items.map(view.json), next }, undefined, 2));
    case 'yaml':
      return channel.write(await yamlText({ items: items.map(view.json), next }));
    case 'csv':
      return channel.write(`${csvText(items.map(view.json), view.csvFields)}\r\n`);
    case 'table': {
      if (items.length === 0) return channel.line(view.empty);
      const heading = (text: string): string => channel.colors.dim(text);
      channel.line(tableText(view.columns, items, { heading, width: channel.width }));
      if (next !== null) channel.line(channel.colors.dim(`There are more: --after ${next}`));
      return undefined;
    }
    default:
      return output satisfies never;
  }
}
