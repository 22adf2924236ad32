import type { Time } from '../../model/run.ts';

/** ISO 8601, UTC. */
export function isoTime(time: Time): string;
export function isoTime(time: Time | null): string | null;
export function isoTime(time: Time | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** From start to end, to `now` while it goes on; null before the start. */
export const durationOf = (startedAt: Time | null, endedAt: Time | null, now: Time): number | null =>
  startedAt === null ? null : Math.max(0, (endedAt ?? now) - startedAt);
