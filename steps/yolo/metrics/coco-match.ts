import type { CocoDetections, CocoGroundTruth } from './coco-dataset.ts';
import type { CocoPicture } from './coco-groups.ts';
import { AREA_RANGES, IOU_THRESHOLDS } from './coco-parameters.ts';

/** The detections of one category over all pictures, picture by picture, with what became of each. */
export interface CategoryMatches {
  readonly scores: Float64Array;
  /** Place among the detections of its picture, best first, from 0. */
  readonly ranks: Uint8Array;
  /** By area range: bit t set where the detection found a label at IoU threshold t. */
  readonly matched: readonly Uint16Array[];
  /** By area range: bit t set where the detection counts neither for nor against. */
  readonly ignored: readonly Uint16Array[];
  /** By area range: labels to be found. */
  readonly labels: readonly number[];
}

/** COCOeval's greedy matching, each detection in turn to the free label it overlaps most; labels to be ignored are a second choice. */
export function matchCategory(
  truth: CocoGroundTruth,
  found: CocoDetections,
  pictures: readonly CocoPicture[],
): CategoryMatches {
  const count = pictures.reduce((sum, { detections }) => sum + detections.length, 0);
  const scores = new Float64Array(count);
  const ranks = new Uint8Array(count);
  const matched = AREA_RANGES.map(() => new Uint16Array(count));
  const ignored = AREA_RANGES.map(() => new Uint16Array(count));
  const labels = AREA_RANGES.map(() => 0);
  let first = 0;
  for (const picture of pictures) {
    for (const [rank, row] of picture.detections.entries()) {
      scores[first + rank] = found.score[row]!;
      ranks[first + rank] = rank;
    }
    const overlaps = overlapsOf(picture, truth, found);
    for (const [a, range] of AREA_RANGES.entries()) {
      const order = labelOrder(picture.truths, truth, range);
      labels[a]! += order.regular;
      matchPicture(
        { picture, overlaps, order, range, truth, found },
        matched[a]!.subarray(first, first + picture.detections.length),
        ignored[a]!.subarray(first, first + picture.detections.length),
      );
    }
    first += picture.detections.length;
  }
  return { scores, ranks, matched, ignored, labels };
}

interface LabelOrder {
  /** Indices into the picture's labels: those to be found, then those to be ignored. */
  readonly indices: readonly number[];
  /** How many are to be found. */
  readonly regular: number;
}

function labelOrder(
  rows: Uint32Array,
  { crowd, area }: CocoGroundTruth,
  [low, high]: readonly [number, number],
): LabelOrder {
  const regular: number[] = [];
  const ignored: number[] = [];
  for (const [i, row] of rows.entries()) {
    const outside = area[row]! < low || area[row]! > high;
    (crowd[row] || outside ? ignored : regular).push(i);
  }
  return { indices: regular.concat(ignored), regular: regular.length };
}

interface PictureMatch {
  readonly picture: CocoPicture;
  /** [detections × labels] */
  readonly overlaps: Float64Array;
  readonly order: LabelOrder;
  readonly range: readonly [number, number];
  readonly truth: CocoGroundTruth;
  readonly found: CocoDetections;
}

const LOWEST_THRESHOLD = IOU_THRESHOLDS[0]!;
const EVERY_THRESHOLD = 2 ** IOU_THRESHOLDS.length - 1;

/** Fills the bits of one picture in one area range. */
function matchPicture(
  { picture, overlaps, order, range, truth, found }: PictureMatch,
  matched: Uint16Array,
  ignored: Uint16Array,
): void {
  const labels = picture.truths.length;
  const taken = new Uint16Array(labels);
  for (const [d, detection] of picture.detections.entries()) {
    const area = found.boxes[4 * detection + 2]! * found.boxes[4 * detection + 3]!;
    const outside = area < range[0] || area > range[1];
    const row = overlaps.subarray(d * labels, (d + 1) * labels);
    // Most detections touch no label of their class.
    if (!row.some((overlap) => overlap >= LOWEST_THRESHOLD)) {
      if (outside) ignored[d] = EVERY_THRESHOLD;
      continue;
    }
    for (let t = 0; t < IOU_THRESHOLDS.length; t++) {
      const bit = 1 << t;
      const best = bestLabel(row, t, { picture, order, truth, taken });
      if (best < 0) {
        if (outside) ignored[d]! |= bit;
        continue;
      }
      const label = order.indices[best]!;
      taken[label]! |= bit;
      if (best >= order.regular) ignored[d]! |= bit;
      // pycocotools marks a match by the annotation's id, and 0 reads as none.
      if (truth.id[picture.truths[label]!] !== 0) matched[d]! |= bit;
      else if (outside) ignored[d]! |= bit;
    }
  }
}

interface LabelChoice {
  readonly picture: CocoPicture;
  readonly order: LabelOrder;
  readonly truth: CocoGroundTruth;
  /** Bit t: the label is taken at threshold t. */
  readonly taken: Uint16Array;
}

/** Place in `order.indices` of the label for a detection with these overlaps, -1 for none. Of equal overlaps the last one wins. */
function bestLabel(overlaps: Float64Array, t: number, { picture, order, truth, taken }: LabelChoice): number {
  let highest = Math.min(IOU_THRESHOLDS[t]!, 1 - 1e-10);
  let best = -1;
  for (const [place, label] of order.indices.entries()) {
    const crowd = truth.crowd[picture.truths[label]!] === 1;
    if (taken[label]! & (1 << t) && !crowd) continue;
    if (best >= 0 && best < order.regular && place >= order.regular) break;
    if (overlaps[label]! < highest) continue;
    highest = overlaps[label]!;
    best = place;
  }
  return best;
}

/** IoU of every detection with every label, [detections × labels]; with a crowd, the part of the detection inside it. */
function overlapsOf({ detections, truths }: CocoPicture, truth: CocoGroundTruth, found: CocoDetections): Float64Array {
  const overlaps = new Float64Array(detections.length * truths.length);
  if (truths.length === 0) return overlaps;
  const a = found.boxes;
  const b = truth.boxes;
  let next = 0;
  for (const detection of detections) {
    const d = 4 * detection;
    const area = a[d + 2]! * a[d + 3]!;
    for (const label of truths) {
      const g = 4 * label;
      const width = Math.min(a[d + 2]! + a[d]!, b[g + 2]! + b[g]!) - Math.max(a[d]!, b[g]!);
      const height = Math.min(a[d + 3]! + a[d + 1]!, b[g + 3]! + b[g + 1]!) - Math.max(a[d + 1]!, b[g + 1]!);
      if (width > 0 && height > 0) {
        const both = width * height;
        overlaps[next] = both / (truth.crowd[label] ? area : area + b[g + 2]! * b[g + 3]! - both);
      }
      next += 1;
    }
  }
  return overlaps;
}
