const MOST_TICKS = 8;
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

/** Marks of an axis of time, from 0; milliseconds. */
export function ticksOf(span: number): readonly number[] {
  const step = STEPS.find((each) => span / each <= MOST_TICKS) ?? span;
  const count = Math.floor((span * 0.97) / step);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}
