const MOST_TICKS = 8;

/** Whole numbers where an axis of counted things (runs, epochs) has its marks: all alike far apart, and the first where it is not too near the next. */
export function wholeTicks(first: number, last: number): readonly number[] {
  if (!(last >= first)) return [];
  const span = last - first;
  const power = 10 ** Math.max(0, Math.floor(Math.log10(span / MOST_TICKS || 1)));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => span / each <= MOST_TICKS) ?? 10 * power;
  const from = Math.ceil(first / step) * step;
  const ticks = Array.from(
    { length: Math.max(0, Math.floor((last - from) / step) + 1) },
    (_, index) => from + index * step,
  );
  return from - first > step / 2 || ticks.length === 0 ? [first, ...ticks] : ticks;
}
