import { inputError } from '../errors.ts';
import type { Duration } from '../model/step-definition.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration. @throws ERR_INPUT for text that isn't a number and a unit. */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number') return duration;
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) ?? [];
  if (number !== undefined && unit !== undefined) return Number(number) * UNITS[unit]!;
  throw inputError(`"${duration}" is not a duration.`, "Write a number and a unit: '500ms', '2s', '10m', '6h', '1d'.");
}
