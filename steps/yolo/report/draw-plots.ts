import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryRef } from 'sluice';
import { svgToPng } from '../drawing/svg-to-png.ts';
import type { ConfusionMatrix } from '../metrics/confusion-matrix.ts';
import { type ClassCurves, CURVE_POINTS, type DetectionScores } from '../metrics/ultralytics-metrics.ts';
import type { ValidatedImage } from '../metrics/validate.ts';
import { confusionChart } from './confusion-chart.ts';
import { type CurveChart, curveChart } from './curve-chart.ts';
import { drawDetections } from './draw-detections.ts';
import { type EpochFigures, resultsChart } from './results-chart.ts';

export interface PlotInput extends DetectionScores {
  readonly confusion: ConfusionMatrix;
  readonly images: readonly ValidatedImage[];
  readonly names: readonly string[];
  /** Rows of results.csv; left out, no results.png is drawn. */
  readonly epochs?: readonly EpochFigures[];
}

/**
 * Draws the pictures of an evaluation under Ultralytics' file names into `directory`: charts as PNG and SVG, sheets of pictures as JPEG.
 */
export async function drawPlots(input: PlotInput, directory: string): Promise<DirectoryRef> {
  await mkdir(directory, { recursive: true });
  const { confusion, images, names, epochs } = input;
  const boxes = images.reduce((sum, { truths }) => sum + truths.length, 0);
  const what = `${count(images.length, 'picture')}, ${count(boxes, 'box', 'boxes')}`;
  const charts: Readonly<Record<string, string>> = {
    ...(await curveCharts(input, what)),
    confusion_matrix: await confusionChart(confusion, {
      normalized: false,
      subtitle: `${what}; confidence 0.25, IoU 0.45`,
    }),
    confusion_matrix_normalized: await confusionChart(confusion, {
      normalized: true,
      subtitle: `Parts of each true class; ${what}`,
    }),
    ...(epochs && epochs.length > 0
      ? { results: await resultsChart(epochs, `${count(epochs.length, 'epoch')}; the dot is the best by mAP50-95`) }
      : {}),
  };
  for (const [name, svg] of Object.entries(charts)) {
    await writeFile(join(directory, `${name}.svg`), svg);
    await writeFile(join(directory, `${name}.png`), await svgToPng(svg));
  }
  await writeFile(join(directory, 'val_batch0_labels.jpg'), await drawDetections(images, { boxes: 'labels', names }));
  await writeFile(
    join(directory, 'val_batch0_pred.jpg'),
    await drawDetections(images, { boxes: 'predictions', names }),
  );
  return DirectoryRef.of(directory);
}

async function curveCharts({ metrics, curves, mean }: PlotInput, what: string): Promise<Record<string, string>> {
  const ap = (curve: ClassCurves): number =>
    metrics.perClass.find(({ name }) => name === curve.name)?.mAP50 ?? metrics.mAP50;
  const best = Math.round(metrics.confidence * (CURVE_POINTS - 1));
  const draw = (chart: Omit<CurveChart, 'classes' | 'mean'>): Promise<string> =>
    curveChart({ ...chart, classes: curves, mean });
  const against = { x: 'Confidence', subtitle: `${what}; IoU 0.50` };
  return {
    BoxPR_curve: await draw({
      title: 'Precision against recall',
      subtitle: `${what}; the figures are average precision at IoU 0.50`,
      x: 'Recall',
      y: 'Precision',
      pick: (curve) => curve.precisionAtRecall,
      figure: ap,
    }),
    BoxF1_curve: await draw({
      ...against,
      title: 'F1 against confidence',
      y: 'F1',
      pick: (curve) => curve.f1,
      mark: best,
    }),
    BoxP_curve: await draw({
      ...against,
      title: 'Precision against confidence',
      y: 'Precision',
      pick: (curve) => curve.precision,
      mark: best,
    }),
    BoxR_curve: await draw({
      ...against,
      title: 'Recall against confidence',
      y: 'Recall',
      pick: (curve) => curve.recall,
      mark: best,
    }),
  };
}

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
