import type { EChartsCoreOption } from 'echarts/core';
import { useCallback, useMemo } from 'react';
import type { Comparison } from '../../../server/api/comparison.ts';
import { Chart } from '../../charts/chart.tsx';
import { type Palette, strokeOf } from '../../charts/palette.ts';
import { formatTick } from '../../parts/format.ts';
import { headlineMetrics } from '../../parts/headline-metrics.ts';

/** More axes than this can't be read. */
const MOST_AXES = 10;

interface Axis {
  readonly name: string;
  readonly values: readonly (number | string | null)[];
}

/** Parameters that differ first, then metrics that do: what was turned, and what came of it. */
function axesOf({ params, metrics }: Comparison): readonly Axis[] {
  const turned = params
    .filter(({ differs }) => differs)
    .map(({ name, values }) => ({
      name,
      values: values.map((value) => (typeof value === 'number' || value === null ? value : JSON.stringify(value))),
    }));
  const different = new Map(metrics.filter(({ differs }) => differs).map((metric) => [metric.name, metric]));
  const came = headlineMetrics([...different.keys()].map((name) => ({ [name]: 0 }))).map(
    (name) => different.get(name)!,
  );
  const room = Math.max(2, MOST_AXES - Math.min(turned.length, MOST_AXES - 2));
  return [...turned.slice(0, MOST_AXES - 2), ...came.slice(0, room)].slice(0, MOST_AXES);
}

/** Each run as a line through its parameters and metrics. */
export function Parallel({ comparison }: { readonly comparison: Comparison }) {
  const axes = useMemo(() => axesOf(comparison), [comparison]);
  const option = useCallback((palette: Palette) => optionOf(axes, comparison.runs, palette), [axes, comparison]);
  if (axes.length < 2) return null;
  return (
    <section className="card">
      <header>
        <h2>Parameters to metrics</h2>
      </header>
      <section className="body scrolls" tabIndex={0} aria-label="Parameters to metrics">
        <div className="compare-parallel">
          <Chart
            label={`Each run as a line through ${axes.map(({ name }) => name).join(', ')}; the tables have the values`}
            height={280}
            option={option}
          />
        </div>
      </section>
    </section>
  );
}

function optionOf(axes: readonly Axis[], runs: Comparison['runs'], palette: Palette): EChartsCoreOption {
  const text = { color: palette.text, fontFamily: palette.font, fontSize: 11 };
  // Lines pass behind the labels.
  const label = { ...text, backgroundColor: palette.raised, padding: [1, 3] };
  return {
    parallel: { left: 56, right: 72, top: 42, bottom: 18 },
    parallelAxis: axes.map(({ name, values }, dim) => {
      const isText = values.some((value) => typeof value === 'string');
      return {
        dim,
        name,
        nameLocation: 'end',
        nameGap: 14,
        nameTextStyle: text,
        nameTruncate: { maxWidth: 110 },
        axisLine: { lineStyle: { color: palette.line } },
        axisTick: { show: false },
        ...(isText
          ? { type: 'category', data: [...new Set(values.map(String))], axisLabel: label }
          : { type: 'value', scale: true, splitNumber: 4, axisLabel: { ...label, formatter: formatTick } }),
      };
    }),
    series: runs.map((run, index) => {
      const { color, dash } = strokeOf(palette, index);
      return {
        type: 'parallel',
        name: run.name,
        smooth: 0.15,
        lineStyle: { color, type: dash, width: 2, opacity: 0.85 },
        data: [axes.map(({ values }) => values[index] ?? '-')],
      };
    }),
  };
}
