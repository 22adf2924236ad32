import { type DirectoryRef, type FileRef, type HistoryReader, step, stepContext } from 'sluice';
import type { DatasetSource } from './data/dataset-source.ts';
import type { PreparedDataset } from './data/prepared-dataset.ts';
import type { Evaluation } from './metrics/evaluation.ts';
import { type EarlierRun, earlierRuns } from './report/earlier-runs.ts';
import type { Summary } from './report/summarize.ts';
import type { SummarizeInput } from './report/summarize-input.ts';
import type { TrainOptions } from './train/train-options.ts';
import type { TrainedModel } from './train/trained-model.ts';

export interface SplitOptions {
  readonly classes: readonly string[];
  readonly limit: number | null;
  readonly split: string;
  readonly splitFile: FileRef | null;
  readonly seed: number;
}

export interface StartOptions {
  /** `yolov8n`. */
  readonly model: string;
  /** `.onnx` or `.safetensors`; null starts from scratch. */
  readonly weights: FileRef | null;
}

export interface EvaluateOptions {
  readonly imgsz: number;
  readonly threads: number;
}

/** What a report says about the run beside its figures. */
export interface ReportFacts {
  readonly title: string;
  readonly dataset: SummarizeInput['dataset'];
  readonly params: SummarizeInput['params'];
}

/** The four steps of training a detector. Each body is loaded when it runs: a cached run imports nothing but this file. */
export class YoloSteps {
  /** Brings a data set of any kind into one form, checked and counted. */
  @step({ name: 'prepare_dataset' })
  async prepareDataset(source: DatasetSource, split: SplitOptions): Promise<PreparedDataset> {
    const { prepareDataset } = await import('./data/prepare-dataset.ts');
    const { workDir, signal, progress } = stepContext();
    return prepareDataset({ source, ...split, workDir, signal, onProgress: progress });
  }

  /** Trains from scratch or from weights. In a process of its own: it uses every core for minutes. */
  @step({ name: 'train_yolo', isolation: 'process' })
  async trainYolo(
    data: { readonly train: DirectoryRef; readonly val: DirectoryRef; readonly names: readonly string[] },
    { model, weights }: StartOptions,
    options: TrainOptions,
  ): Promise<TrainedModel> {
    const { trainYolo } = await import('./train/train-yolo.ts');
    return trainYolo({ ...data, model, weights, options, context: stepContext() });
  }

  /** Scores trained and starting weights on the validation split. */
  @step({ name: 'evaluate', isolation: 'process' })
  async evaluate(
    trained: Pick<TrainedModel, 'best' | 'start' | 'history'>,
    data: { readonly val: DirectoryRef; readonly names: readonly string[] },
    { imgsz, threads }: EvaluateOptions,
  ): Promise<Evaluation> {
    const { evaluate } = await import('./report/evaluate.ts');
    const { best: weights, start: baseline, history: epochs } = trained;
    return evaluate({ weights, baseline, epochs, ...data, imgsz, threads, context: stepContext() });
  }

  /** Decides, against the starting weights and earlier runs on the same pictures, and writes the report. */
  @step({
    name: 'summarize',
    inputs: {
      history: (reader: HistoryReader, _training: TrainedModel['summary'], evaluation: Evaluation) =>
        earlierRuns(reader, evaluation),
    },
  })
  async summarize(
    training: TrainedModel['summary'],
    evaluation: Evaluation,
    { title, dataset, params }: ReportFacts,
  ): Promise<Summary> {
    const { summarize } = await import('./report/summarize.ts');
    const { workDir, history, tracker } = stepContext();
    const summary = await summarize({
      title,
      training,
      evaluation,
      dataset,
      params,
      history: (history ?? []) as readonly EarlierRun[],
      workDir,
    });
    const { report, html, csv, json, decision } = summary;
    for (const file of [report, html, csv, json]) await tracker.artifact(file, `report/${file.name}`);
    tracker.tag('decision', decision);
    return summary;
  }
}
