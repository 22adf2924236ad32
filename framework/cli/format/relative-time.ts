import { durationText } from './duration.ts';

const UNITS: readonly (readonly [number, string])[] = [
  [24 * 3600_000, 'd'],
  [3600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `5 d ago`; the date after a month; a dash for null. */
export function relativeTime(time: number | null, now: number): string {
  if (time === null) return '–';
  const age = now - time;
  if (age < 0) return `in ${durationText(-age)}`;
  if (age > 31 * 24 * 3600_000) return new Date(time).toISOString().slice(0, 10);
  const unit = UNITS.find(([ms]) => age >= ms);
  return unit ? `${Math.floor(age / unit[0])} ${unit[1]} ago` : 'just now';
}

export const isoTime = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
