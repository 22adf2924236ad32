import type { CocoDetections, CocoGroundTruth } from './coco-dataset.ts';
import { MAX_DETECTIONS } from './coco-parameters.ts';

/** The boxes of one category on one picture, as row numbers of the two files. */
export interface CocoPicture {
  /** In the order of the file. */
  readonly truths: Uint32Array;
  /** Best first, equal scores in the order of the file, at most 100. */
  readonly detections: Uint32Array;
}

/** Per category (in the order of `truth.categories`) its pictures with a box of either kind, by rising image id. */
export function groupBoxes(truth: CocoGroundTruth, detections: CocoDetections): readonly (readonly CocoPicture[])[] {
  const truths = sortRows(truth, truth);
  const found = sortRows(detections, truth);
  return truth.categories.map((_, k) => {
    const labelled = runsOf(truths, k);
    const detected = runsOf(found, k);
    const images = [...new Set([...labelled.keys(), ...detected.keys()])].sort((a, b) => a - b);
    return images.map((image) => ({
      truths: labelled.get(image) ?? NONE,
      detections: bestFirst(detected.get(image) ?? NONE, detections.score).subarray(0, MAX_DETECTIONS),
    }));
  });
}

const NONE = new Uint32Array(0);

interface SortedRows {
  /** Row numbers by category, then picture, then place in the file. Rows of unknown categories are left out. */
  readonly order: Uint32Array;
  /** Index of the picture by row number. */
  readonly image: Uint32Array;
  /** Where category k begins in `order`; one more entry than categories. */
  readonly starts: Uint32Array;
}

function sortRows(
  rows: { readonly image: Float64Array; readonly category: Float64Array },
  { images, categories }: CocoGroundTruth,
): SortedRows {
  const imageIndex = new Map(images.map((id, i) => [id, i]));
  const categoryIndex = new Map(categories.map((id, i) => [id, i]));
  const image = Uint32Array.from(rows.image, (id) => imageIndex.get(id) ?? images.length);
  const category = Uint32Array.from(rows.category, (id) => categoryIndex.get(id) ?? categories.length);
  // Two stable counting sorts, the lesser key first: half a million rows in a few milliseconds.
  const byImage = countingSort(Uint32Array.from(image.keys()), image, images.length + 1);
  const byCategory = countingSort(byImage.order, category, categories.length + 1);
  return { order: byCategory.order, image, starts: byCategory.starts };
}

function countingSort(
  rows: Uint32Array,
  keys: Uint32Array,
  buckets: number,
): { order: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(buckets + 1);
  for (const key of keys) starts[key + 1]! += 1;
  for (let b = 0; b < buckets; b++) starts[b + 1]! += starts[b]!;
  const next = starts.slice();
  const order = new Uint32Array(rows.length);
  for (const row of rows) order[next[keys[row]!]!++] = row;
  return { order, starts };
}

/** Rows of category k by picture. */
function runsOf({ order, image, starts }: SortedRows, k: number): Map<number, Uint32Array> {
  const runs = new Map<number, Uint32Array>();
  const end = starts[k + 1]!;
  for (let from = starts[k]!; from < end; ) {
    const here = image[order[from]!]!;
    let to = from + 1;
    while (to < end && image[order[to]!] === here) to += 1;
    runs.set(here, order.subarray(from, to));
    from = to;
  }
  return runs;
}

const bestFirst = (rows: Uint32Array, score: Float64Array): Uint32Array =>
  rows.length < 2 ? rows : rows.slice().sort((a, b) => score[b]! - score[a]! || a - b);
