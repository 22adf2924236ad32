import type { Comparison } from '../api/comparison.ts';

/** A comparison as a table: what by line, runs by column. */
export function comparisonCsv({ runs, params, metrics, environment, evaluationSets }: Comparison): string {
  const rows: (readonly unknown[])[] = [
    ['', ...runs.map(({ name }) => name)],
    ['id', ...runs.map(({ id }) => id)],
    ['pipeline', ...runs.map(({ pipeline }) => pipeline)],
    ['status', ...runs.map(({ status }) => status)],
    ['durationMs', ...runs.map(({ durationMs }) => durationMs)],
    ['evaluationSet', ...evaluationSets.digests],
    ...params.map(({ name, values }) => [`params.${name}`, ...values]),
    ...metrics.map(({ name, values }) => [`metrics.${name}`, ...values]),
    ...environment.map(({ name, values }) => [name, ...values]),
  ];
  return `${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** Text that a spreadsheet would compute is kept from it by an apostrophe. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
