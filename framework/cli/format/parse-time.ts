import { sluiceError } from '../../errors.ts';
import { timeOf } from '../../filter/time-text.ts';

/**
 * A point in time: so long ago (`30m`, `2h`, `7d`, `1w`) or a date (`2026-11-20`, `2026-11-20T08:00Z`), in ms since the epoch.
 * @throws ERR_USAGE naming the flag.
 */
export function parseTime(text: string, flag: string, now: number): number {
  const time = timeOf(text, now);
  if (time !== undefined) return time;
  throw sluiceError('ERR_USAGE', {
    message: `${flag}: expected a time, got "${text}".`,
    hint: 'Say how long ago (30m, 2h, 7d, 1w) or a date (2026-11-20, 2026-11-20T08:00Z).',
  });
}
