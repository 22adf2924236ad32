/** numpy.linspace: the same roundings, so that a comparison falls the same way. */
const linspace = (start: number, stop: number, count: number): Float64Array => {
  const step = (stop - start) / (count - 1);
  return Float64Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : i * step + start));
};

/** IoU .50, .55 … .95. */
export const IOU_THRESHOLDS = linspace(0.5, 0.95, 10);
/** Recall 0, .01 … 1. */
export const RECALL_THRESHOLDS = linspace(0, 1, 101);

/** Square pixels, both ends within: all, small, medium, large. */
export const AREA_RANGES: readonly (readonly [number, number])[] = [
  [0, 1e10],
  [0, 32 ** 2],
  [32 ** 2, 96 ** 2],
  [96 ** 2, 1e10],
];

/** Detections looked at per picture and category. */
export const MAX_DETECTIONS = 100;

/** What the twelve figures are taken from: an area range (its index) and a bound on detections per picture and category. */
export const SLICES: readonly { readonly area: number; readonly limit: number }[] = [
  { area: 0, limit: 1 },
  { area: 0, limit: 10 },
  { area: 0, limit: MAX_DETECTIONS },
  { area: 1, limit: MAX_DETECTIONS },
  { area: 2, limit: MAX_DETECTIONS },
  { area: 3, limit: MAX_DETECTIONS },
];
