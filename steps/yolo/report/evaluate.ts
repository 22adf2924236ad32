import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DirectoryRef, FileRef, inputError, type StepContext, sha256 } from 'sluice';
import { listSamples, type Sample } from '../data/samples.ts';
import { trackFolder } from '../data/track-folder.ts';
import { bootstrap } from '../metrics/bootstrap.ts';
import { parseCocoDetections, parseCocoGroundTruth } from '../metrics/coco-dataset.ts';
import { type CocoDocuments, cocoDocuments } from '../metrics/coco-documents.ts';
import { COCO_STATISTICS, cocoEval } from '../metrics/coco-eval.ts';
import type { CocoStatistics, CurveData, Evaluation } from '../metrics/evaluation.ts';
import { evaluationSetDigest } from '../metrics/evaluation-set.ts';
import { openWeights } from '../metrics/open-weights.ts';
import type { ClassCurves } from '../metrics/ultralytics-metrics.ts';
import { type Validation, validate } from '../metrics/validate.ts';
import { drawPlots } from './draw-plots.ts';
import type { EpochFigures } from './results-chart.ts';

export interface EvaluateInput {
  /** `.onnx` or `.safetensors`. */
  readonly weights: FileRef;
  /** The starting weights: what the trained ones have to beat. Null from scratch. */
  readonly baseline: FileRef | null;
  /** `images/` and `labels/`, as prepare_dataset leaves them. */
  readonly val: DirectoryRef;
  readonly names: readonly string[];
  readonly imgsz: number;
  /** 0 or left out: all cores. */
  readonly threads?: number;
  /** Rows of results.csv, for results.png. */
  readonly epochs?: readonly EpochFigures[];
  readonly context: StepContext;
}

/**
 * Scores weights, and the weights they started from, on a validation split: Ultralytics' figures, COCOeval's, confusion, curves, pictures.
 *
 * @throws ERR_INPUT when the split has no picture or no box, or a file is unreadable. A figure that can't be had is an error, never 0.
 */
export async function evaluate(input: EvaluateInput): Promise<Evaluation> {
  const { names, imgsz, context } = input;
  const samples = await listSamples(input.val.path);
  if (samples.length === 0) {
    throw inputError('The validation split has no pictures.', 'Give a larger share to val, or another split.');
  }
  const scored = await score(input.weights, samples, input);
  if (!scored) {
    throw inputError(
      `${input.weights.name} knows none of the classes ${names.join(', ')}.`,
      'Give the weights that were trained on this set.',
    );
  }
  const baseline = input.baseline && (await score(input.baseline, samples, input));
  if (input.baseline && !baseline) {
    context.log.warn(`${input.baseline.name} knows none of the classes, so there is no baseline to beat.`);
  }

  const documents = cocoDocuments(scored.images, names);
  const predictions = join(context.workDir, 'predictions.json');
  const groundTruth = join(context.workDir, 'ground_truth.json');
  await writeFile(predictions, JSON.stringify(documents.dt));
  await writeFile(groundTruth, JSON.stringify(documents.gt));
  const epochs = input.epochs === undefined ? {} : { epochs: input.epochs };
  const evaluation: Evaluation = {
    metrics: scored.metrics,
    coco: cocoStatistics(documents),
    baseline: baseline && { metrics: baseline.metrics, coco: cocoStatistics(cocoDocuments(baseline.images, names)) },
    bootstrap: bootstrap({ model: scored.images, baseline: baseline?.images ?? null, classes: names.length }),
    confusion: scored.confusion,
    curves: curveData(scored),
    evaluationSet: await evaluationSetDigest(samples, names),
    modelDigest: sha256(await readFile(input.weights.path)),
    set: {
      images: samples.length,
      instances: scored.images.reduce((sum, { truths }) => sum + truths.length, 0),
      imgsz,
    },
    plots: await drawPlots({ ...scored, names, ...epochs }, join(context.workDir, 'plots')),
    predictions: FileRef.of(predictions),
    groundTruth: FileRef.of(groundTruth),
    // maxRSS is in KiB on every platform.
    speed: { ...scored.speed, peakMemory: Math.round(process.resourceUsage().maxRSS / 1024) },
  };
  announce(evaluation, context);
  await context.tracker.dataset(input.val, { context: 'validation' });
  await trackFolder(evaluation.plots, { tracker: context.tracker, under: 'plots' });
  await context.tracker.artifact(evaluation.predictions);
  return evaluation;
}

/** Null when the weights know none of the classes: a fresh head's figures are chance. */
async function score(file: FileRef, samples: readonly Sample[], input: EvaluateInput): Promise<Validation | null> {
  const { names, imgsz, threads, context } = input;
  const { graph, known } = await openWeights(file, { names, imgsz, ...(threads === undefined ? {} : { threads }) });
  try {
    if (known.length === 0) return null;
    const message = file === input.baseline ? 'scoring the starting weights' : 'scoring the trained weights';
    return await validate(graph, samples, {
      names,
      imgsz,
      signal: context.signal,
      onProgress: (pictures, of) =>
        context.progress({ fraction: pictures / of, message, fields: { pictures: `${pictures}/${of}` } }),
    });
  } finally {
    await graph.close();
  }
}

/** Scored from the rounded figures that stand in the file: who scores the file gets the same. */
function cocoStatistics({ gt, dt }: CocoDocuments): CocoStatistics {
  const truth = parseCocoGroundTruth(gt, 'ground_truth.json');
  const { stats } = cocoEval(truth, parseCocoDetections(dt, 'predictions.json', truth));
  const named = COCO_STATISTICS.map((name, i) => [name, stats[i] === -1 ? null : stats[i]!] as const);
  return Object.fromEntries(named) as CocoStatistics;
}

function curveData({ mean, curves }: Validation): CurveData {
  const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Math.round(value * 1e4) / 1e4);
  const columns = (curve: ClassCurves): CurveData['mean'] => ({
    precision: rounded(curve.precision),
    recall: rounded(curve.recall),
    f1: rounded(curve.f1),
    precisionAtRecall: rounded(curve.precisionAtRecall),
  });
  return { mean: columns(mean), classes: curves.map((curve) => ({ name: curve.name, ...columns(curve) })) };
}

function announce({ metrics, baseline }: Evaluation, { tracker, log }: StepContext): void {
  const figures = {
    mAP50: metrics.mAP50,
    mAP50_95: metrics.mAP50_95,
    precision: metrics.precision,
    recall: metrics.recall,
  };
  tracker.metrics(figures);
  if (baseline) {
    tracker.metrics({ baseline_mAP50: baseline.metrics.mAP50, baseline_mAP50_95: baseline.metrics.mAP50_95 });
  }
  const compared = baseline
    ? `; the starting weights: ${baseline.metrics.mAP50.toFixed(3)} / ${baseline.metrics.mAP50_95.toFixed(3)}`
    : '';
  log.info(`mAP50 ${metrics.mAP50.toFixed(3)}, mAP50-95 ${metrics.mAP50_95.toFixed(3)}${compared}`);
}
