import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryRef, FileRef } from 'sluice';
import type { DetectionMetrics } from '../../../../steps/yolo/metrics/detection.ts';
import type { Evaluation } from '../../../../steps/yolo/metrics/evaluation.ts';
import type { SummarizeInput } from '../../../../steps/yolo/report/summarize-input.ts';
import { scratch } from '../data/data-set-folder.ts';

export const metricsOf = (mAP50_95: number, others: Partial<DetectionMetrics> = {}): DetectionMetrics => ({
  precision: 0.7,
  recall: 0.6,
  mAP50: mAP50_95 + 0.2,
  mAP50_95,
  f1: 0.646,
  confidence: 0.25,
  perClass: [
    { name: 'red, "round"', images: 9, instances: 31, precision: 0.7, recall: 0.6, mAP50: mAP50_95 + 0.2, mAP50_95 },
  ],
  ...others,
});

const coco = {
  ...{ AP: 0.4, AP50: 0.6, AP75: 0.45, AP_small: null, AP_medium: 0.3, AP_large: 0.5 },
  ...{ AR_1: 0.3, AR_10: 0.5, AR_100: 0.5, AR_small: null, AR_medium: 0.4, AR_large: 0.6 },
};

export const scoreOf = (mAP50_95: number) => ({ metrics: metricsOf(mAP50_95), coco });

const around = (middle: number, half: number) => ({ low: middle - half, high: middle + half });

/** An evaluation with an interval of ± `noise` around its figures. */
export function evaluationOf(options: { own: number; start: number | null; noise: number }): Evaluation {
  const { own, start, noise } = options;
  const folder = scratch();
  const plots = join(folder, 'plots');
  mkdirSync(plots);
  writeFileSync(join(plots, 'BoxPR_curve.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>');
  writeFileSync(join(plots, 'val_batch0_pred.jpg'), Buffer.from([0xff, 0xd8, 0xff]));
  writeFileSync(join(folder, 'predictions.json'), '[]');
  const curve = { precision: [1], recall: [1], f1: [1], precisionAtRecall: [1] };
  return {
    ...scoreOf(own),
    baseline: start === null ? null : scoreOf(start),
    bootstrap: {
      resamples: 1000,
      model: { mAP50: around(own + 0.2, noise), mAP50_95: around(own, noise) },
      difference: start === null ? null : { mAP50: around(own - start, noise), mAP50_95: around(own - start, noise) },
    },
    confusion: {
      labels: ['red', 'background'],
      counts: [
        [20, 3],
        [11, 0],
      ],
    },
    curves: { mean: curve, classes: [{ name: 'red', ...curve }] },
    evaluationSet: 'e'.repeat(64) as Evaluation['evaluationSet'],
    modelDigest: 'a'.repeat(64) as Evaluation['modelDigest'],
    set: { images: 10, instances: 31, imgsz: 320 },
    plots: DirectoryRef.of(plots),
    predictions: FileRef.of(join(folder, 'predictions.json')),
    groundTruth: FileRef.of(join(folder, 'predictions.json')),
    speed: { pre: 1, infer: 2, post: 3, peakMemory: 100 },
  };
}

export function summarizeInput(evaluation: Evaluation): SummarizeInput {
  const split = { images: 40, boxes: 175, backgrounds: 0, classes: { red: 175 } };
  return {
    title: 'Tiny <person>',
    training: {
      model: 'yolov8n',
      names: ['red'],
      parameters: 3_011_043,
      gflops: 2.05,
      imgsz: 320,
      batch: 16,
      epochs: 3,
      bestEpoch: 2,
      trainPictures: 40,
      valPictures: 10,
      optimizer: { optimizer: 'SGD', lr: 0.005, momentum: 0.937, warmupBiasLr: 0.1, auto: false },
      startedFrom: evaluation.baseline ? 'yolov8n_int8.onnx' : null,
    },
    evaluation,
    dataset: {
      statistics: { source: 'coco128', train: split, val: { ...split, images: 10, boxes: 31 }, test: null },
      findings: [{ severity: 'warning', code: 'missing-label', message: 'has no label file', file: 'images/a.jpg' }],
    },
    history: [],
    params: {
      data: '/home/someone/coco128',
      weights: 'C:\\models\\yolov8n.onnx',
      epochs: 3,
      classes: ['person', 'dog'],
    },
    workDir: scratch(),
  };
}
