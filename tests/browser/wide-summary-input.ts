import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryRef } from 'sluice';
import { resultsChart } from '../../steps/yolo/report/results-chart.ts';
import type { SummarizeInput } from '../../steps/yolo/report/summarize-input.ts';
import { scratch } from '../unit/yolo/data/data-set-folder.ts';
import { evaluationOf, metricsOf, scoreOf, summarizeInput } from '../unit/yolo/report/evaluation-fixture.ts';

const NAMES = Array.from({ length: 12 }, (_, i) => `an unusually long name of a class, number ${i + 1}`);

/** Of a report with all that it can hold: baseline, earlier runs, many classes with long names, a wide chart. Its files go when the running test ends. */
export async function wideSummaryInput(): Promise<SummarizeInput> {
  const plots = scratch();
  const epochs = [1, 2, 3].map((epoch) => ({ epoch, 'train/box_loss': 3 / epoch, 'metrics/mAP50-95(B)': epoch / 10 }));
  writeFileSync(join(plots, 'results.svg'), await resultsChart(epochs, '3 epochs'));
  const perClass = NAMES.map((name) => ({ ...metricsOf(0.4).perClass[0]!, name }));
  const { coco } = scoreOf(0.4);
  const evaluation = {
    ...evaluationOf({ own: 0.47, start: 0.48, noise: 0.03 }),
    metrics: metricsOf(0.47, { perClass }),
    baseline: { metrics: metricsOf(0.48, { perClass }), coco },
    plots: DirectoryRef.of(plots),
  };
  const input = summarizeInput(evaluation);
  const run = { modelDigest: 'b'.repeat(64), mAP50: 0.6, precision: 0.5, recall: 0.5 };
  const split = {
    images: 40,
    boxes: 175,
    backgrounds: 0,
    classes: Object.fromEntries(NAMES.map((name) => [name, 15])),
  };
  return {
    ...input,
    history: ['calm-fox', 'a-run-that-somebody-gave-a-rather-long-name'].map((runName) => ({
      ...run,
      runName,
      mAP50_95: 0.5,
    })),
    dataset: { ...input.dataset, statistics: { source: 'coco128', train: split, val: split, test: null } },
    params: { ...input.params, data: `/somewhere/${'deep/'.repeat(20)}coco128`, classes: NAMES },
  };
}
