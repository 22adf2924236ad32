import type { DetectionMetrics } from '../metrics/detection.ts';
import type { Evaluation } from '../metrics/evaluation.ts';

const COLUMNS = ['weights', 'class', 'images', 'instances', 'precision', 'recall', 'f1', 'mAP50', 'mAP50-95'] as const;

/** One row for all classes and one a class, for the trained and the starting weights; full precision (RFC 4180). */
export function metricsCsv({ metrics, baseline, set }: Pick<Evaluation, 'metrics' | 'baseline' | 'set'>): string {
  const rows = [...rowsOf('trained', metrics, set), ...(baseline ? rowsOf('start', baseline.metrics, set) : [])];
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function rowsOf(weights: string, metrics: DetectionMetrics, set: Evaluation['set']): readonly (readonly unknown[])[] {
  const all = { ...metrics, name: 'all', images: set.images, instances: set.instances };
  return [
    rowOf(weights, all, metrics.f1),
    ...metrics.perClass.map((row) => rowOf(weights, row, harmonicMean(row.precision, row.recall))),
  ];
}

const rowOf = (weights: string, row: DetectionMetrics['perClass'][number], f1: number): readonly unknown[] => [
  weights,
  row.name,
  row.images,
  row.instances,
  row.precision,
  row.recall,
  f1,
  row.mAP50,
  row.mAP50_95,
];

const harmonicMean = (a: number, b: number): number => (a + b > 0 ? (2 * a * b) / (a + b) : 0);

function cell(value: unknown): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
