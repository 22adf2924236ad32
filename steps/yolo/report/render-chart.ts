import type { EChartsOption } from 'echarts';
import { INK } from '../drawing/palette.ts';
import { FONT_FAMILY } from '../drawing/svg-to-png.ts';

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a chart as SVG, without a browser. Equal options give equal text.
 *
 * @param option of echarts, https://echarts.apache.org/en/option.html.
 */
export async function renderChart(option: object, { width, height }: ChartSize): Promise<string> {
  const { init } = await import('echarts/dist/echarts.esm.min');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    const complete: EChartsOption = {
      animation: false,
      backgroundColor: INK.ground,
      textStyle: { fontFamily: `'${FONT_FAMILY}', Arial, Helvetica, sans-serif`, color: INK.text },
      ...option,
    };
    chart.setOption(complete);
    return still(chart.renderToSVGString());
  } finally {
    // Its timer would keep the process alive.
    chart.dispose();
  }
}

/** Without the rules for a hovering mouse, whose names count all charts that the process has drawn: the same chart, drawn later, would differ. */
const still = (svg: string): string =>
  svg
    .replace(/<style\b[^>]*>.*?<\/style>/gs, '')
    .replace(/ class="zr[^"]*"/g, '')
    .replace(/\bzr\d+-/g, 'zr-');
