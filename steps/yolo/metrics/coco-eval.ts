import { accumulateCategory } from './coco-accumulate.ts';
import type { CocoDetections, CocoGroundTruth } from './coco-dataset.ts';
import { groupBoxes } from './coco-groups.ts';
import { matchCategory } from './coco-match.ts';
import { IOU_THRESHOLDS, RECALL_THRESHOLDS, SLICES } from './coco-parameters.ts';
import { numpyMean } from './numpy-mean.ts';

/** COCOeval's twelve figures by name, in its order. */
export const COCO_STATISTICS = [
  'AP',
  'AP50',
  'AP75',
  'AP_small',
  'AP_medium',
  'AP_large',
  'AR_1',
  'AR_10',
  'AR_100',
  'AR_small',
  'AR_medium',
  'AR_large',
] as const;

export interface CocoEvaluation {
  /** In the order of COCO_STATISTICS; -1 where nothing is defined (no label of that size). */
  readonly stats: readonly number[];
  /** Over all sizes and 100 detections; -1 without a label. By rising category id. */
  readonly perCategory: readonly { readonly id: number; readonly AP: number; readonly AP50: number }[];
}

/**
 * COCOeval for boxes: ten IoU thresholds, 101 recall points, four area ranges, at most 1, 10 and 100 detections a picture and category, crowd labels
 * ignored. Equal to pycocotools 2.0.11 to the last bit, oddities included: equal scores keep the order of the file, and an annotation of id 0 counts as
 * missed even where it was found.
 */
export function cocoEval(truth: CocoGroundTruth, detections: CocoDetections): CocoEvaluation {
  const categories = groupBoxes(truth, detections).map((pictures) =>
    accumulateCategory(matchCategory(truth, detections, pictures)),
  );
  const [one, ten, all, small, medium, large] = SLICES.map((_, slice) => categories.map((curves) => curves[slice]!));
  const precision = (slice: typeof all, threshold?: number): number =>
    meanDefined(
      slice!.map((curves) => curves.precision!),
      threshold === undefined
        ? [0, IOU_THRESHOLDS.length * RECALL_THRESHOLDS.length]
        : [threshold * RECALL_THRESHOLDS.length, (threshold + 1) * RECALL_THRESHOLDS.length],
    );
  const recall = (slice: typeof all): number =>
    meanDefined(
      slice!.map((curves) => curves.recall),
      [0, IOU_THRESHOLDS.length],
    );
  return {
    stats: [
      precision(all),
      precision(all, AT_50),
      precision(all, AT_75),
      precision(small),
      precision(medium),
      precision(large),
      recall(one),
      recall(ten),
      recall(all),
      recall(small),
      recall(medium),
      recall(large),
    ],
    perCategory: all!.map((curves, k) => ({
      id: truth.categories[k]!,
      AP: precision([curves]),
      AP50: precision([curves], AT_50),
    })),
  };
}

const AT_50 = 0;
const AT_75 = 5;

/** Mean of the places `from` to `to` of all rows where they are defined, -1 for none. Rows innermost: numpy's memory order, hence its rounding. */
function meanDefined(rows: readonly Float64Array[], [from, to]: readonly [number, number]): number {
  const defined = new Float64Array(rows.length * (to - from));
  let count = 0;
  for (let i = from; i < to; i++) {
    for (const row of rows) if (row[i]! > -1) defined[count++] = row[i]!;
  }
  return count === 0 ? -1 : numpyMean(defined.subarray(0, count));
}
