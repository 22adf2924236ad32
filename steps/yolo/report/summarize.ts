import { writeFile } from 'node:fs/promises';
import { basename, join, posix, win32 } from 'node:path';
import { type Digest, FileRef } from 'sluice';
import type { DetectionMetrics } from '../metrics/detection.ts';
import { buildReport } from './build-report.ts';
import { type Decision, decide } from './decide.ts';
import { metricsCsv } from './metrics-csv.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';
import type { SummarizeInput } from './summarize-input.ts';

interface HeadlineFigures {
  readonly mAP50: number;
  readonly mAP50_95: number;
  readonly precision: number;
  readonly recall: number;
}

/** What `sluice run train-yolo` returns. */
export interface Summary extends Decision {
  /** The starting weights; null from scratch. */
  readonly baseline: HeadlineFigures | null;
  readonly model: HeadlineFigures;
  readonly evaluationSet: Digest;
  readonly report: FileRef;
  readonly html: FileRef;
  readonly csv: FileRef;
  readonly json: FileRef;
}

/** Decides and reports. Equal inputs give equal bytes: no clock, no run id, no path of the machine stands in a file. */
export async function summarize(given: SummarizeInput): Promise<Summary> {
  const input = { ...given, params: withoutPaths(given.params) };
  const { evaluation, training, history, workDir } = input;
  const decision = decide({ evaluation, history, epochs: training.epochs });
  const report = buildReport(input, decision);
  const headline = {
    baseline: evaluation.baseline && headlineOf(evaluation.baseline.metrics),
    model: headlineOf(evaluation.metrics),
    ...decision,
    evaluationSet: evaluation.evaluationSet,
  };
  const write = async (name: string, text: string): Promise<FileRef> => {
    const path = join(workDir, name);
    await writeFile(path, text);
    return FileRef.of(path);
  };
  return {
    ...headline,
    report: await write('report.md', renderMarkdown(report)),
    html: await write('report.html', await renderHtml(report)),
    csv: await write('metrics.csv', metricsCsv(evaluation)),
    json: await write('summary.json', `${JSON.stringify({ ...headline, ...details(input) }, null, 2)}\n`),
  };
}

const headlineOf = ({ mAP50, mAP50_95, precision, recall }: DetectionMetrics): HeadlineFigures => ({
  mAP50,
  mAP50_95,
  precision,
  recall,
});

/** All that the report shows, for programs. */
function details({ title, evaluation, training, dataset, history, params }: SummarizeInput): object {
  const { metrics, coco, baseline, bootstrap, confusion, modelDigest, set, speed } = evaluation;
  return {
    title,
    modelDigest,
    set,
    metrics,
    coco,
    baselineMetrics: baseline?.metrics ?? null,
    baselineCoco: baseline?.coco ?? null,
    bootstrap,
    confusion,
    speed,
    training,
    dataset: { statistics: dataset.statistics, findings: dataset.findings ?? [] },
    history,
    params,
  };
}

/** Of an absolute path only the last part, on whichever system it was written. */
function withoutPaths(params: SummarizeInput['params']): SummarizeInput['params'] {
  const shown = (value: string): string => {
    if (win32.isAbsolute(value) && !posix.isAbsolute(value)) return win32.basename(value);
    return posix.isAbsolute(value) ? basename(value) : value;
  };
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === 'string' ? shown(value) : value]),
  );
}
