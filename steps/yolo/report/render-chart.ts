import type { EChartsCoreOption } from 'echarts/core';
import { INK } from './palette.ts';
import { FONT_FAMILY } from './svg-to-png.ts';

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as SVG, without a browser. Equal options give equal text. */
export async function renderChart(option: EChartsCoreOption, { width, height }: ChartSize): Promise<string> {
  const [core, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ]);
  core.use([
    charts.LineChart,
    charts.HeatmapChart,
    components.GridComponent,
    components.TitleComponent,
    components.LegendComponent,
    components.VisualMapComponent,
    components.MarkPointComponent,
    renderers.SVGRenderer,
  ]);
  const chart = core.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: INK.ground,
      textStyle: { fontFamily: `'${FONT_FAMILY}', Arial, Helvetica, sans-serif`, color: INK.text },
      ...option,
    });
    // Class names count the charts of the process: the same chart, drawn later, would differ.
    return chart.renderToSVGString().replace(/\bzr\d+-/g, 'zr-');
  } finally {
    // Its timer would keep the process alive.
    chart.dispose();
  }
}
