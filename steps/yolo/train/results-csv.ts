/** Columns of results.csv in Ultralytics' order and spelling, without `time`. */
const COLUMNS = [
  'epoch',
  'train/box_loss',
  'train/cls_loss',
  'train/dfl_loss',
  'metrics/precision(B)',
  'metrics/recall(B)',
  'metrics/mAP50(B)',
  'metrics/mAP50-95(B)',
  'val/box_loss',
  'val/cls_loss',
  'val/dfl_loss',
  'lr/pg0',
  'lr/pg1',
  'lr/pg2',
] as const;

/** Figures of one epoch. Learning rates are those of its last batch: pg0 kernels, pg1 batch-norm scales, pg2 biases. */
export type EpochRow = Readonly<Record<(typeof COLUMNS)[number], number>>;

/**
 * results.csv as Ultralytics writes it: 15 columns, six significant digits.
 *
 * @param seconds since the start of training at the end of each epoch, validation included. The only column that differs between two equal runs.
 */
export function resultsCsv(rows: readonly EpochRow[], seconds: readonly number[]): string {
  const [epoch, ...rest] = COLUMNS;
  const lines = rows.map((row, i) =>
    [String(row.epoch), shortest(seconds[i]!), ...rest.map((column) => shortest(row[column]))].join(','),
  );
  return `${[[epoch, 'time', ...rest].join(','), ...lines].join('\n')}\n`;
}

/** C's `%.6g`. */
function shortest(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  if (value === 0) return '0';
  const [digits, exponent] = value.toExponential(5).split('e') as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(value.toPrecision(6)));
  const sign = power < 0 ? '-' : '+';
  return `${Number(digits)}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}
