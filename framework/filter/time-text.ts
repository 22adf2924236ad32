const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3600_000,
  d: 24 * 3600_000,
  w: 7 * 24 * 3600_000,
};

/** Of a Date: some 285,000 years before and after 1970. */
const FURTHEST_MS = 8.64e15;

/** `500ms`, `30s`, `10m`, `2h`, `7d`, `1w` in whole milliseconds; undefined for any other text, and for what no date is away. */
export function durationOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d|w)$/.exec(text) ?? [];
  const ms = Math.round(Number(count) * (UNIT_MS[unit] ?? Number.NaN));
  return ms <= FURTHEST_MS ? ms : undefined;
}

/** A point in time: so long ago (`30m`, `7d`) or a date (`2026-11-20`, `2026-11-20T08:00Z`), in ms since the epoch; undefined for any other text. */
export function timeOf(text: string, now: number): number | undefined {
  const ago = text.endsWith('ms') ? undefined : durationOf(text);
  if (ago !== undefined) return now - ago < -FURTHEST_MS ? undefined : now - ago;
  const date = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}
