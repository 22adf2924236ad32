const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// Made once: to make one takes longer than a row of a list may.
const days = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const moments = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** `Jan 4, 2026`, as the reader's language has it. */
export const formatDay = (time: Date): string => days.format(time);

const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');

/** `3 ms`, `1.24 s`, `12.4 s`, `3m 07s`, `2h 05m`, `3d 4h`: as many figures as one can use. */
export function formatDuration(ms: number): string {
  if (ms < 1) return '< 1 ms';
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(2)} s`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}m ${two((ms % MINUTE) / SECOND)}s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)}h ${two((ms % HOUR) / MINUTE)}m`;
  return `${Math.floor(ms / DAY)}d ${Math.floor((ms % DAY) / HOUR)}h`;
}

/** A mark on an axis of time: `0`, `500 ms`, `10 s`; figures after the point only where they say something. */
export const formatMark = (ms: number): string => (ms === 0 ? '0' : formatDuration(ms).replace(/\.0+ s$/, ' s'));

/** `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`, then the day. */
export function formatAge(time: Date, now: number): string {
  const ms = now - time.getTime();
  if (ms < 5 * SECOND) return 'just now';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s ago`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ago`;
  if (ms < 30 * DAY) return `${Math.floor(ms / DAY)} d ago`;
  return formatDay(time);
}

/** Date and time to the second, in the reader's zone, with the zone. */
export const formatMoment = (time: Date): string => moments.format(time);

/** `14:03:07.251`, as logs have it. */
export const formatClock = (time: Date): string =>
  `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `812 B`, `3.4 MiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

/** At most five figures that matter; very small and very big ones with a power. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
  return String(Number(value.toPrecision(5)));
}

const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 4 });

/** A number beside an axis, where there is room for a few characters: `0.25`, `12,000`, `3M`. */
export const formatTick = (value: number): string =>
  Math.abs(value) >= 1e5 ? compact.format(value) : formatNumber(Number(value.toPrecision(6)));

/** The beginning of a digest or an id, as people name it. */
export const shortDigest = (digest: string): string => digest.slice(0, 10);
