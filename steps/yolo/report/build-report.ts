import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bootstrap, Interval } from '../metrics/bootstrap.ts';
import { COCO_STATISTICS } from '../metrics/coco-eval.ts';
import type { DetectionMetrics } from '../metrics/detection.ts';
import type { Block, Report, Section } from './blocks.ts';
import { datasetBlocks } from './dataset-blocks.ts';
import { type Decision, noiseOf } from './decide.ts';
import { change, figure } from './format-figure.ts';
import type { SummarizeInput } from './summarize-input.ts';

/** The report of a training, decision first. */
export function buildReport(input: SummarizeInput, { decision, reasons }: Decision): Report {
  const sections: readonly (Section | null)[] = [
    { heading: 'Metrics', blocks: metricBlocks(input) },
    { heading: 'Classes', blocks: [classTable(input)] },
    input.history.length > 0 ? { heading: 'Earlier runs on the same pictures', blocks: historyBlocks(input) } : null,
    { heading: 'What was trained on what', blocks: [...trainingBlocks(input), ...datasetBlocks(input)] },
    { heading: 'Curves', blocks: pictures(input, CURVES) },
    { heading: 'Pictures', blocks: [...pictures(input, SHEETS), ...contactSheet(input)] },
    { heading: 'COCO figures and speed', blocks: [cocoTable(input), speedText(input)] },
    { heading: 'Parameters', blocks: [parameterTable(input)] },
  ];
  return { title: input.title, decision, reasons, sections: sections.filter((section) => section !== null) };
}

const FIGURES = [
  ['mAP50-95', 'mAP50_95'],
  ['mAP50', 'mAP50'],
  ['Precision', 'precision'],
  ['Recall', 'recall'],
  ['F1', 'f1'],
] as const satisfies readonly (readonly [string, keyof DetectionMetrics])[];

function metricBlocks({ evaluation }: SummarizeInput): readonly Block[] {
  const { metrics, baseline, bootstrap, set } = evaluation;
  const interval = (of: 'model' | 'difference', key: string): string => {
    const found = bootstrap?.[of];
    return found && isMean(key) ? range(found[key]) : '';
  };
  const rows = FIGURES.map(([name, key]) =>
    baseline
      ? [
          name,
          figure(metrics[key]),
          figure(baseline.metrics[key]),
          change(metrics[key] - baseline.metrics[key]),
          interval('difference', key),
        ]
      : [name, figure(metrics[key]), interval('model', key)],
  );
  const columns = baseline
    ? ['Figure', 'Trained', 'Starting weights', 'Difference', '95 % interval of the difference']
    : ['Figure', 'Trained', '95 % interval'];
  const threshold = `Precision, recall and F1 at the confidence of the best mean F1: ${figure(metrics.confidence)}`;
  const caption = `${set.images} pictures with ${set.instances} boxes at ${set.imgsz} px. ${threshold}${baseline ? `, starting weights ${figure(baseline.metrics.confidence)}` : ''}.`;
  return [
    { kind: 'table', columns, rows, caption },
    ...(bootstrap ? [{ kind: 'text', text: explain(bootstrap) } as const] : []),
  ];
}

const isMean = (key: string): key is 'mAP50' | 'mAP50_95' => key === 'mAP50' || key === 'mAP50_95';

const explain = (bootstrap: Bootstrap): string =>
  `Intervals: ${bootstrap.resamples} resamples of the pictures${bootstrap.difference ? ', both sets of weights on the same ones' : ''}. ${bootstrap.difference ? 'An interval that holds 0 says that other pictures of the same kind might turn the difference round. ' : ''}They do not cover what another training seed would change.`;

const range = ({ low, high }: Interval): string => `${figure(low)} to ${figure(high)}`;

function classTable({ evaluation }: SummarizeInput): Block {
  const before = new Map(evaluation.baseline?.metrics.perClass.map((row) => [row.name, row]));
  const rows = evaluation.metrics.perClass.map((row) => {
    const figures = [row.precision, row.recall, row.mAP50, row.mAP50_95].map(figure);
    const start = before.get(row.name);
    const compared = evaluation.baseline ? [start ? change(row.mAP50_95 - start.mAP50_95) : '–'] : [];
    return [row.name, String(row.images), String(row.instances), ...figures, ...compared];
  });
  const columns = ['Class', 'Pictures', 'Boxes', 'Precision', 'Recall', 'mAP50', 'mAP50-95'];
  return { kind: 'table', columns: evaluation.baseline ? [...columns, 'against start'] : columns, rows };
}

function historyBlocks({ evaluation, history }: SummarizeInput): readonly Block[] {
  const { metrics, bootstrap } = evaluation;
  const rows = history.toSorted((a, b) => b.mAP50_95 - a.mAP50_95);
  const noise = bootstrap ? ` Differences of mAP50-95 up to ${figure(noiseOf(bootstrap))} are inside the noise.` : '';
  return [
    {
      kind: 'table',
      caption: `Best first. Only runs with the same pictures, boxes and classes stand here: other figures can't be compared.${noise}`,
      columns: ['Run', 'mAP50-95', 'mAP50', 'Precision', 'Recall', 'this run: mAP50-95'],
      rows: rows.map((run) => [
        run.runName,
        ...[run.mAP50_95, run.mAP50, run.precision, run.recall].map(figure),
        change(metrics.mAP50_95 - run.mAP50_95),
      ]),
    },
  ];
}

function trainingBlocks({ training }: SummarizeInput): readonly Block[] {
  const { optimizer } = training;
  const start = training.startedFrom === null ? 'from scratch' : `from ${training.startedFrom}`;
  return [
    {
      kind: 'text',
      text: `${training.model} (${training.parameters.toLocaleString('en-US')} parameters, ${training.gflops.toFixed(1)} GFLOPs at ${training.imgsz} px) trained ${start} for ${training.epochs} ${training.epochs === 1 ? 'epoch' : 'epochs'} in batches of ${training.batch}; the best was epoch ${training.bestEpoch}.`,
    },
    {
      kind: 'text',
      text: `Optimizer: ${optimizer.optimizer} with learning rate ${optimizer.lr} and momentum ${optimizer.momentum}${optimizer.auto ? ', chosen by optimizer=auto' : ''}.`,
    },
  ];
}

/** File in the folder of plots, what it shows, as wide as the page or not. */
type Picture = readonly [name: string, alt: string, wide?: boolean];

const CURVES = [
  ['results.svg', 'Losses and metrics over the epochs', true],
  ['BoxPR_curve.svg', 'Precision against recall'],
  ['BoxF1_curve.svg', 'F1 against confidence'],
  ['BoxP_curve.svg', 'Precision against confidence'],
  ['BoxR_curve.svg', 'Recall against confidence'],
  ['confusion_matrix_normalized.svg', 'Confusion matrix, as parts of each true class'],
] as const satisfies readonly Picture[];

const SHEETS = [
  ['val_batch0_labels.jpg', 'Validation pictures with their labels', true],
  ['val_batch0_pred.jpg', 'The same pictures with what the detector finds at confidence 0.25', true],
] as const satisfies readonly Picture[];

/** Those that the evaluation has drawn. */
const pictures = ({ evaluation }: SummarizeInput, wanted: readonly Picture[]): readonly Block[] =>
  wanted
    .map(
      ([name, alt, wide = false]) =>
        ({ kind: 'picture', name, alt, wide, path: join(evaluation.plots.path, name) }) as const,
    )
    .filter(({ path }) => existsSync(path));

const contactSheet = ({ dataset }: SummarizeInput): readonly Block[] =>
  dataset.contactSheet
    ? [
        {
          kind: 'picture',
          name: dataset.contactSheet.name,
          alt: 'Pictures of the data set with their labels',
          wide: true,
          path: dataset.contactSheet.path,
        },
      ]
    : [];

function cocoTable({ evaluation }: SummarizeInput): Block {
  const show = (value: number | null): string => (value === null ? '–' : figure(value));
  return {
    kind: 'table',
    caption: 'As COCOeval computes them; – where the set has no label of that size.',
    columns: ['Figure', 'Trained', ...(evaluation.baseline ? ['Starting weights'] : [])],
    rows: COCO_STATISTICS.map((name) => [
      name.replace('_', ' '),
      show(evaluation.coco[name]),
      ...(evaluation.baseline ? [show(evaluation.baseline.coco[name])] : []),
    ]),
  };
}

function speedText({ evaluation: { speed } }: SummarizeInput): Block {
  const [pre, infer, post] = [speed.pre, speed.infer, speed.post].map((ms) => ms.toFixed(1));
  return {
    kind: 'text',
    text: `Speed, one picture at a time: ${pre} ms to decode and scale, ${infer} ms for the network, ${post} ms for non-maximum suppression; ${speed.peakMemory} MiB of memory at the highest. Measured when the evaluation ran, on the machine it ran on.`,
  };
}

const parameterTable = ({ params }: SummarizeInput): Block => ({
  kind: 'table',
  columns: ['Parameter', 'Value'],
  rows: Object.entries(params).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
});
