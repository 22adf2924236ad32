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

/** Fills the bits of one picture in one area range. */
function matchPicture(
  { picture, overlaps, order, range, truth, found }: PictureMatch,
  matched: Uint16Array,
  ignored: Uint16Array,
): void {
  const labels = picture.truths.length;
  const taken = new Uint16Array(labels);
  for (const [d, row] of picture.detections.entries()) {
    const area = found.boxes[4 * row + 2]! * found.boxes[4 * row + 3]!;
    const outside = area < range[0] || area > range[1];
    for (let t = 0; t < IOU_THRESHOLDS.length; t++) {
      const bit = 1 << t;
      const best = bestLabel(overlaps.subarray(d * labels, (d + 1) * labels), t, { picture, order, truth, taken });
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
  let next = 0;
  for (const d of detections) {
    const [dx, dy, dw, dh] = boxAt(found.boxes, d);
    for (const g of truths) {
      const [gx, gy, gw, gh] = boxAt(truth.boxes, g);
      const width = Math.min(dw + dx, gw + gx) - Math.max(dx, gx);
      const height = Math.min(dh + dy, gh + gy) - Math.max(dy, gy);
      if (width > 0 && height > 0) {
        const both = width * height;
        overlaps[next] = both / (truth.crowd[g] ? dw * dh : dw * dh + gw * gh - both);
      }
      next += 1;
    }
  }
  return overlaps;
}

const boxAt = (boxes: Float64Array, row: number): readonly [number, number, number, number] => [
  boxes[4 * row]!,
  boxes[4 * row + 1]!,
  boxes[4 * row + 2]!,
  boxes[4 * row + 3]!,
];
