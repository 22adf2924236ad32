import type { EChartsCoreOption } from 'echarts/core';
import { useCallback } from 'react';
import { formatNumber, formatTick } from '../parts/format.ts';
import { Chart } from './chart.tsx';
import { type Palette, strokeOf } from './palette.ts';
import { tip, tipBox } from './tip.ts';
import { wholeTicks } from './whole-ticks.ts';

export interface Curve {
  readonly name: string;
  /** x and value; null is a gap. */
  readonly points: readonly (readonly [number, number | null])[];
  /** Place in the palette, where several charts have the same lines; else its own place. */
  readonly color?: number;
}

export interface CurvesProps {
  readonly label: string;
  readonly curves: readonly Curve[];
  readonly height?: number;
  /** What x counts. */
  readonly x?: string;
  readonly format?: (value: number) => string;
}

const POINTS_WITH_MARKS = 40;

/** Lines over one axis, drawn to the point, with all their values under the pointer. */
export function Curves({ label, curves, height = 190, x = 'step', format = formatNumber }: CurvesProps) {
  const option = useCallback((palette: Palette) => optionOf(curves, palette, x, format), [curves, x, format]);
  return <Chart label={label} height={height} option={option} />;
}

interface Hovered {
  readonly seriesIndex: number;
  readonly value: readonly [number, number | null];
}

function optionOf(
  curves: readonly Curve[],
  palette: Palette,
  x: string,
  format: (value: number) => string,
): EChartsCoreOption {
  const strokes = curves.map(({ color }, index) => strokeOf(palette, color ?? index));
  // The points of a curve are in the order of x.
  const ends = curves.flatMap(({ points }) => [points[0]?.[0] ?? [], points.at(-1)?.[0] ?? []].flat());
  const ticks = wholeTicks(Math.min(...ends), Math.max(...ends));
  const axis = {
    type: 'value',
    axisLabel: { color: palette.text, fontFamily: palette.font, fontSize: 11, hideOverlap: true },
    axisLine: { lineStyle: { color: palette.line } },
    splitLine: { lineStyle: { color: palette.line } },
  };
  return {
    grid: { left: 8, right: 14, top: 10, bottom: 4, outerBoundsMode: 'same' },
    xAxis: {
      ...axis,
      min: 'dataMin',
      max: 'dataMax',
      splitLine: { show: false },
      axisTick: { customValues: ticks },
      axisLabel: { ...axis.axisLabel, customValues: ticks },
      name: x,
      nameLocation: 'middle',
      nameGap: 6,
      nameTextStyle: { color: palette.text, fontFamily: palette.font, fontSize: 11 },
    },
    yAxis: {
      ...axis,
      scale: true,
      splitNumber: 4,
      axisLabel: { ...axis.axisLabel, formatter: format === formatNumber ? formatTick : format },
    },
    tooltip: {
      ...tipBox(palette),
      trigger: 'axis',
      axisPointer: { lineStyle: { color: palette.text } },
      formatter: (hovered: readonly Hovered[]) =>
        tip(
          `${x} ${formatNumber(hovered[0]?.value[0] ?? 0)}`,
          hovered.flatMap(({ seriesIndex, value: [, value] }) =>
            value === null
              ? []
              : [{ color: strokes[seriesIndex]!.color, name: curves[seriesIndex]!.name, value: format(value) }],
          ),
        ),
    },
    series: curves.map(({ points }, index) => ({
      type: 'line',
      data: points,
      showSymbol: points.length <= POINTS_WITH_MARKS,
      symbolSize: 4,
      symbol: 'circle',
      itemStyle: { color: strokes[index]!.color },
      lineStyle: { width: 1.6, type: strokes[index]!.dash, color: strokes[index]!.color },
    })),
  };
}
