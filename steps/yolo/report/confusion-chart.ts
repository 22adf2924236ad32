import { INK } from '../drawing/palette.ts';
import { type ConfusionMatrix, normalizeColumns } from '../metrics/confusion-matrix.ts';
import { axis, title } from './axis.ts';
import { renderChart } from './render-chart.ts';

/** Cells carry their figure up to this many classes. */
const MOST_FIGURES = 25;

/** Confusion matrix as SVG: true class across, predicted class down. `normalized`: parts of each column, that is of all boxes of the true class. */
export function confusionChart(
  matrix: ConfusionMatrix,
  { normalized, subtitle }: { readonly normalized: boolean; readonly subtitle: string },
): Promise<string> {
  const { labels } = matrix;
  const values = normalized ? normalizeColumns(matrix.counts) : matrix.counts;
  const cell = Math.max(10, Math.min(90, 640 / labels.length));
  const side = cell * labels.length;
  const turned = cell < 16;
  const label = { ...LABEL, fontSize: Math.min(LABEL.fontSize, cell - 0.5), interval: 0 };
  const left = 60 + 7 * Math.min(16, Math.max(...labels.map((label) => label.length)));
  const last = labels.length - 1;
  const shown = (value: number, predicted: number, actual: number): boolean =>
    // Background taken for background is never counted: it would read as a perfect zero. Thousands of empty cells only make a large file.
    predicted === last && actual === last ? false : value > 0 || labels.length <= MOST_FIGURES;
  const data = values.flatMap((row, predicted) =>
    row.flatMap((value, actual) => (shown(value, predicted, actual) ? [[actual, predicted, value]] : [])),
  );
  const highest = normalized ? 1 : Math.max(1, ...data.map(([, , value]) => value!));
  const figure = ([, , value]: readonly number[]): string =>
    value === 0 ? '' : normalized ? value!.toFixed(2) : String(value);
  const top = 84;
  const below = turned ? left : 0.8 * left;
  return renderChart(
    {
      title: title(`Confusion matrix${normalized ? ', normalized' : ''}`, subtitle),
      grid: { left, top, width: side, height: side },
      xAxis: { ...category('True', labels), nameGap: below - 24, axisLabel: { ...label, rotate: turned ? 90 : 45 } },
      yAxis: {
        ...category('Predicted', labels),
        inverse: true,
        nameGap: left - 22,
        axisLabel: label,
      },
      visualMap: {
        min: 0,
        max: highest,
        calculable: false,
        orient: 'vertical',
        left: left + side + 18,
        top,
        itemHeight: Math.min(side, 220),
        text: [normalized ? '1' : String(highest), '0'],
        textStyle: { color: INK.muted },
        // One hue from light to dark: order survives colour blindness and grey printers.
        inRange: { color: ['#f7fbff', '#c6dbef', '#6baed6', '#2171b5', '#08306b'] },
      },
      series: [
        {
          type: 'heatmap',
          data: data.map((value) => ({
            value,
            label: { color: value[2]! > 0.55 * highest ? INK.ground : INK.text },
          })),
          itemStyle: { borderColor: INK.line, borderWidth: cell > 14 ? 1 : 0 },
          label: {
            show: labels.length <= MOST_FIGURES,
            fontSize: Math.max(9, Math.min(15, cell / 3)),
            formatter: ({ value }: { readonly value: readonly number[] }) => figure(value),
          },
        },
      ],
    },
    { width: left + side + 100, height: top + side + below },
  );
}

const LABEL = {
  color: INK.text,
  fontSize: 11,
  formatter: (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name),
} as const;

const category = (name: string, labels: readonly string[]): object =>
  axis(name, { type: 'category', data: labels, nameGap: 0, axisTick: { show: false }, splitLine: { show: false } });
