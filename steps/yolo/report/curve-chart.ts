import { colourOf, DASHES, INK, PALETTE } from '../drawing/palette.ts';
import type { ClassCurves } from '../metrics/ultralytics-metrics.ts';
import { title, unitAxis } from './axis.ts';
import { type ChartSize, renderChart } from './render-chart.ts';

/** More classes than this are drawn as faint lines without names (as Ultralytics does): nobody tells 80 lines apart. */
const MOST_NAMED = 20;
const LONGEST_NAME = 24;

export interface CurveChart {
  readonly title: string;
  readonly subtitle: string;
  readonly x: string;
  readonly y: string;
  readonly classes: readonly ClassCurves[];
  readonly mean: ClassCurves;
  readonly pick: (curves: ClassCurves) => Float64Array;
  /** Figure behind the name in the legend. */
  readonly figure?: (curves: ClassCurves) => number | undefined;
  /** Point to mark on the mean line, in places of the curve. */
  readonly mark?: number;
}

/** Curves of every class and their mean, as SVG. */
export function curveChart(chart: CurveChart): Promise<string> {
  const named = chart.classes.length > 1 && chart.classes.length <= MOST_NAMED;
  const classes = chart.classes.length > 1 ? chart.classes : [];
  const label = (curves: ClassCurves): string => {
    const figure = chart.figure?.(curves);
    const name = curves.name.length > LONGEST_NAME ? `${curves.name.slice(0, LONGEST_NAME - 1)}…` : curves.name;
    return figure === undefined ? name : `${name}  ${figure.toFixed(3)}`;
  };
  const lines = classes.map((curves, i) =>
    line(chart, curves, named ? { name: label(curves), style: styleOf(i) } : FAINT),
  );
  const only = chart.classes.length === 1 ? chart.classes[0]! : chart.mean;
  const mean = line(chart, only, { name: label(only), style: { width: 3.5, color: PALETTE[0]! } });
  const legend = [mean, ...(named ? lines : [])].map(({ name }) => name);
  const size: ChartSize = { width: 860, height: Math.max(520, 120 + 22 * legend.length) };
  return renderChart(
    {
      title: title(chart.title, chart.subtitle),
      grid: { left: 70, right: 240, top: 84, bottom: 62 },
      xAxis: unitAxis(chart.x, 34),
      yAxis: unitAxis(chart.y, 42),
      legend: {
        orient: 'vertical',
        left: size.width - 224,
        top: 84,
        data: legend,
        itemWidth: 26,
        // The line alone, with its dashes.
        itemStyle: { opacity: 0 },
        textStyle: { fontSize: 13, color: INK.text },
      },
      series: [...lines, chart.mark === undefined ? mean : { ...mean, markPoint: markAt(chart, only) }],
    },
    size,
  );
}

interface LineStyle {
  readonly width: number;
  readonly color: string;
  readonly type?: unknown;
}

interface Line {
  readonly name: string;
  readonly [option: string]: unknown;
}

const FAINT = { name: 'each class', style: { width: 1, color: INK.line } } as const;

/** The mean has the first colour for itself. */
const styleOf = (index: number): LineStyle => ({
  width: 1.6,
  color: colourOf(1 + (index % (PALETTE.length - 1))),
  type: DASHES[Math.floor(index / (PALETTE.length - 1)) % DASHES.length]![1],
});

function line({ pick }: CurveChart, curves: ClassCurves, { name, style }: { name: string; style: LineStyle }): Line {
  const values = pick(curves);
  const data = thinned(values).map((i) => [round(i / (values.length - 1)), round(values[i]!)]);
  return { name, type: 'line', clip: false, data, symbol: 'none', lineStyle: style, itemStyle: { color: style.color } };
}

function markAt({ pick, mark, y }: CurveChart, curves: ClassCurves): object {
  const values = pick(curves);
  const [at, value] = [mark! / (values.length - 1), values[mark!]!];
  return {
    symbol: 'circle',
    symbolSize: 9,
    data: [{ coord: [at, value] }],
    itemStyle: { color: PALETTE[0]!, borderColor: INK.ground, borderWidth: 2 },
    label: {
      show: true,
      position: value > 0.85 ? 'bottom' : 'top',
      distance: 8,
      formatter: `${y} ${value.toFixed(2)} at ${at.toFixed(2)}`,
      color: INK.text,
      fontSize: 12,
      fontWeight: 'bold',
      backgroundColor: 'rgba(255,255,255,0.85)',
      padding: [2, 4],
      borderRadius: 3,
    },
  };
}

/** Places of a curve without those that lie on the line between their neighbours: steps keep their corners, and 80 classes still make a small file. */
function thinned(values: Float64Array): readonly number[] {
  const last = values.length - 1;
  const kept = [0];
  // Slopes from the last kept place that pass all places since within the tolerance.
  let low = -Infinity;
  let high = Infinity;
  for (let i = 1; i <= last; i++) {
    const from = kept.at(-1)!;
    const slope = (values[i]! - values[from]!) / (i - from);
    if (slope < low || slope > high) {
      kept.push(i - 1);
      low = values[i]! - values[i - 1]! - TOLERANCE;
      high = values[i]! - values[i - 1]! + TOLERANCE;
    } else {
      low = Math.max(low, slope - TOLERANCE / (i - from));
      high = Math.min(high, slope + TOLERANCE / (i - from));
    }
  }
  return [...kept, last];
}

/** A quarter of a pixel. */
const TOLERANCE = 0.0005;

const round = (value: number): number => Math.round(value * 1e4) / 1e4;
