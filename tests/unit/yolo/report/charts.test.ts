import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { svgToPng } from '../../../../steps/yolo/drawing/svg-to-png.ts';
import { confusionMatrix } from '../../../../steps/yolo/metrics/confusion-matrix.ts';
import { ultralyticsMetrics } from '../../../../steps/yolo/metrics/ultralytics-metrics.ts';
import { confusionChart } from '../../../../steps/yolo/report/confusion-chart.ts';
import { curveChart } from '../../../../steps/yolo/report/curve-chart.ts';
import { resultsChart } from '../../../../steps/yolo/report/results-chart.ts';
import { found, picture, square } from '../metrics/scored-image.ts';

const names = ['cat', 'dog & <co>'];
const images = [picture([square(0, 0), square(50, 1)], [found(0, 0.9, 0), found(50, 0.6, 1), found(90, 0.4, 1)])];
const scores = ultralyticsMetrics(images, names);

const f1 = (): Promise<string> =>
  curveChart({
    title: 'F1',
    subtitle: '2 boxes',
    x: 'Confidence',
    y: 'F1',
    classes: scores.curves,
    mean: scores.mean,
    pick: (curve) => curve.f1,
    mark: 700,
  });

describe('svgToPng', () => {
  test('draws text without a font of the machine', async () => {
    const svg = (text: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><text x="2" y="15" font-family="Helvetica">${text}</text></svg>`;
    const inked = async (text: string): Promise<number> => {
      const { data } = await sharp(await svgToPng(svg(text)))
        .raw()
        .toBuffer({ resolveWithObject: true });
      return data.filter((_, i) => i % 4 === 3).reduce((sum, alpha) => sum + Number(alpha > 0), 0);
    };
    expect(await inked('')).toBe(0);
    expect(await inked('Präzision')).toBeGreaterThan(200);
    expect(await inked('iiii')).toBeLessThan(await inked('WWWW'));
  });

  test('scale is pixels per unit', async () => {
    const png = await svgToPng('<svg xmlns="http://www.w3.org/2000/svg" width="30" height="10"/>', 3);
    expect(await sharp(png).metadata()).toMatchObject({ width: 90, height: 30, format: 'png' });
  });
});

describe('charts', () => {
  test('drawn again they are the same bytes', async () => {
    expect(await f1()).toBe(await f1());
  });

  test('curves name axes and classes, and mark the best F1', async () => {
    const svg = await f1();
    for (const text of ['Confidence', 'cat', 'dog &amp; &lt;co&gt;', 'all classes']) expect(svg).toContain(text);
    expect(svg).toMatch(/F1 \d\.\d\d at 0\.70/);
  });

  test('more than twenty classes are drawn without names', async () => {
    const [curve] = scores.curves;
    const classes = Array.from({ length: 25 }, (_, i) => ({ ...curve!, name: `class ${i}` }));
    const chart = { title: 'P', subtitle: '', x: 'x', y: 'y', mean: scores.mean, pick: () => curve!.precision };
    expect(await curveChart({ ...chart, classes })).not.toContain('class 7');
    expect(await curveChart({ ...chart, classes: classes.slice(0, 20) })).toContain('class 7');
  });

  test('the confusion matrix shows counts, and parts of a column when normalized', async () => {
    const matrix = confusionMatrix(images, names);
    expect(await confusionChart(matrix, { normalized: true, subtitle: '' })).toContain('1.00');
    const counts = await confusionChart(matrix, { normalized: false, subtitle: '' });
    for (const text of ['True', 'Predicted', 'background']) expect(counts).toContain(text);
    expect(counts).not.toContain('1.00');
  });

  test('results draw every panel, one epoch alone as well', async () => {
    const row = { epoch: 1, 'train/box_loss': 3, 'metrics/mAP50-95(B)': 0.2 };
    const svg = await resultsChart([row], 'one epoch');
    for (const text of ['Train box loss', 'Validation DFL loss', 'mAP50-95', 'Recall']) expect(svg).toContain(text);
  });
});
