import { sluiceError } from '../../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3600_000,
  d: 24 * 3600_000,
  w: 7 * 24 * 3600_000,
};

/**
 * A point in time: so long ago (`30m`, `2h`, `7d`, `1w`) or a date (`2026-11-20`, `2026-11-20T08:00Z`), in ms since the epoch.
 * @throws ERR_USAGE naming the flag.
 */
export function parseTime(text: string, flag: string, now: number): number {
  const ago = /^(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w)$/.exec(text);
  if (ago) return now - Number(ago[1]) * UNIT_MS[ago[2] ?? 's']!;
  const date = /^\d{4}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  throw sluiceError('ERR_USAGE', {
    message: `${flag}: expected a time, got "${text}".`,
    hint: 'Say how long ago (30m, 2h, 7d, 1w) or a date (2026-11-20, 2026-11-20T08:00Z).',
  });
}
