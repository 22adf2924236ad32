const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Distances that people count in; milliseconds. */
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 240].map((hours) => hours * HOUR),
];

/**
 * Marks of an axis of time, from 0; milliseconds.
 *
 * @param most marks that there is room for; none stands so near the end that its label would hang over
 */
export function ticksOf(span: number, most: number): readonly number[] {
  const step = STEPS.find((each) => span / each <= most) ?? span;
  const count = Math.floor((span * (1 - 0.5 / most)) / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
