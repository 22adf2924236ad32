/** Halves go to the even neighbour, as Python, NumPy and OpenCV round: 240.5 → 240, 241.5 → 242. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}
