import { INK, PALETTE } from '../drawing/palette.ts';
import { axis, title } from './axis.ts';
import { renderChart } from './render-chart.ts';

/** One row an epoch: the columns of results.csv by name. */
export type EpochFigures = Readonly<Record<string, number>>;

/** Panels in the order of Ultralytics' results.png: column of results.csv, title, a part of 1 or not. */
const PANELS = [
  ['train/box_loss', 'Train box loss', false],
  ['train/cls_loss', 'Train class loss', false],
  ['train/dfl_loss', 'Train DFL loss', false],
  ['metrics/precision(B)', 'Precision', true],
  ['metrics/recall(B)', 'Recall', true],
  ['val/box_loss', 'Validation box loss', false],
  ['val/cls_loss', 'Validation class loss', false],
  ['val/dfl_loss', 'Validation DFL loss', false],
  ['metrics/mAP50(B)', 'mAP50', true],
  ['metrics/mAP50-95(B)', 'mAP50-95', true],
] as const;

const COLUMNS = 5;
const PANEL = { width: 252, height: 228, left: 48, top: 84, gapX: 28, gapY: 66 } as const;

/** Losses and metrics over the epochs as SVG. The best epoch by mAP50-95 is marked: of equal ones the last, whose weights the training keeps. */
export function resultsChart(rows: readonly EpochFigures[], subtitle: string): Promise<string> {
  const fitness = rows.map((row) => row['metrics/mAP50-95(B)'] ?? -1);
  const best = fitness.lastIndexOf(Math.max(...fitness));
  const epochs = rows.map((row) => row['epoch']!);
  const width = PANEL.left + COLUMNS * (PANEL.width + PANEL.gapX);
  const places = PANELS.map(([, name], i) => {
    const x = PANEL.left + (i % COLUMNS) * (PANEL.width + PANEL.gapX);
    return { name, x, y: PANEL.top + Math.floor(i / COLUMNS) * (PANEL.height + PANEL.gapY) };
  });
  return renderChart(
    {
      title: [
        title('Training', subtitle),
        ...places.map(({ name, x, y }) => ({
          text: name,
          left: x,
          top: y,
          textStyle: { fontSize: 13, fontWeight: 'bold', color: INK.text },
        })),
      ],
      grid: places.map(({ x, y }) => ({
        left: x + 6,
        top: y + 30,
        width: PANEL.width - 24,
        height: PANEL.height - 30,
      })),
      xAxis: places.map((_, i) =>
        axis(i >= COLUMNS ? 'Epoch' : '', {
          gridIndex: i,
          nameGap: 26,
          min: 0,
          max: epochs.at(-1),
          minInterval: 1,
          splitLine: { show: false },
        }),
      ),
      yAxis: PANELS.map(([, , part], i) =>
        axis('', {
          gridIndex: i,
          nameGap: 0,
          ...(part ? { min: 0, max: 1, interval: 0.25 } : { scale: true, splitNumber: 4 }),
        }),
      ),
      series: PANELS.map(([column], i) => ({
        type: 'line',
        // Nothing lies outside, and a clip a line is slow to draw.
        clip: false,
        xAxisIndex: i,
        yAxisIndex: i,
        data: rows.map((row, epoch) => [epochs[epoch], row[column] ?? null]),
        // A line of one point would be nothing.
        showSymbol: rows.length <= 12,
        symbolSize: 5,
        lineStyle: { width: 2, color: PALETTE[0] },
        itemStyle: { color: PALETTE[0] },
        markPoint: {
          symbol: 'circle',
          symbolSize: 9,
          data: rows[best]?.[column] === undefined ? [] : [{ coord: [epochs[best]!, rows[best][column]] }],
          itemStyle: { color: PALETTE[1], borderColor: INK.ground, borderWidth: 1.5 },
          label: { show: false },
        },
      })),
    },
    { width, height: PANEL.top + 2 * (PANEL.height + PANEL.gapY) },
  );
}
