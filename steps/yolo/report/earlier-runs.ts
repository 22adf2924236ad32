import type { HistoryReader } from 'sluice';
import type { DetectionMetrics } from '../metrics/detection.ts';

/** What a report says of one earlier run on the same evaluation set. Plain data: it joins the key of the step that reads it. */
export interface EarlierRun {
  readonly runName: string;
  readonly modelDigest: string;
  readonly mAP50: number;
  readonly mAP50_95: number;
  readonly precision: number;
  readonly recall: number;
}

/**
 * Earlier evaluations on this very set, oldest first, one a model. This model's own do not count: the same run again is to find the same history.
 *
 * @param current of the evaluation that is reported; its evaluation set and model.
 */
export async function earlierRuns(
  reader: HistoryReader,
  current: { readonly evaluationSet: string; readonly modelDigest: string },
): Promise<readonly EarlierRun[]> {
  const found = new Map<string, EarlierRun>();
  for (const entry of await reader.outputsOf('evaluate')) {
    if (!REQUIRED.every((field) => field in entry.digests)) continue;
    if ((await entry.load('evaluationSet')) !== current.evaluationSet) continue;
    const modelDigest = (await entry.load('modelDigest')) as string;
    if (modelDigest === current.modelDigest || found.has(modelDigest)) continue;
    const { mAP50, mAP50_95, precision, recall } = (await entry.load('metrics')) as DetectionMetrics;
    found.set(modelDigest, { runName: entry.runName, modelDigest, mAP50, mAP50_95, precision, recall });
  }
  return [...found.values()];
}

/** A step of this name in another pipeline may leave something else. */
const REQUIRED = ['evaluationSet', 'modelDigest', 'metrics'] as const;
