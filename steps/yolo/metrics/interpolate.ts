/**
 * Linear interpolation with numpy.interp's conventions: `xs` rises (ties allowed, the last of them counts), and beyond its ends the value is
 * `left`, `right` or the end's own.
 */
export function interpolate(
  x: number,
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  { left = ys[0]!, right = ys[ys.length - 1]! }: { readonly left?: number; readonly right?: number } = {},
): number {
  const last = xs.length - 1;
  if (x < xs[0]!) return left;
  if (x > xs[last]!) return right;
  if (x === xs[last]!) return ys[last]!;
  let low = 0;
  let high = last;
  // Largest `low` with xs[low] <= x < xs[low + 1].
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  const slope = (ys[high]! - ys[low]!) / (xs[high]! - xs[low]!);
  return slope * (x - xs[low]!) + ys[low]!;
}
