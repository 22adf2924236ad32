/**
 * Mean of `values` with numpy's order of additions (pairwise, blocks of 128 in eight lanes), so that figures computed here and there agree to the
 * last bit. NaN for none, as numpy.
 */
export function numpyMean(values: Float64Array): number {
  return pairwiseSum(values, 0, values.length) / values.length;
}

function pairwiseSum(values: Float64Array, from: number, count: number): number {
  if (count < 8) {
    let sum = 0;
    for (let i = from; i < from + count; i++) sum += values[i]!;
    return sum;
  }
  if (count > 128) {
    const half = Math.floor(count / 2);
    const left = half - (half % 8);
    return pairwiseSum(values, from, left) + pairwiseSum(values, from + left, count - left);
  }
  const lanes = values.slice(from, from + 8);
  const whole = count - (count % 8);
  for (let i = 8; i < whole; i++) lanes[i % 8]! += values[from + i]!;
  const [a, b, c, d, e, f, g, h] = lanes as unknown as number[];
  let sum = a! + b! + (c! + d!) + (e! + f! + (g! + h!));
  for (let i = whole; i < count; i++) sum += values[from + i]!;
  return sum;
}
