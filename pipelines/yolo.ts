/**
 * What the package gives as `sluice/yolo`: the four steps of training a detector, to be put together anew, and the pipeline that Sluice ships.
 * Their heavy libraries are peers of the package, loaded when a step first needs them; one that is missing is named with the command that installs it.
 */
export type { DatasetSource } from '../steps/yolo/data/dataset-source.ts';
export type { PreparedDataset } from '../steps/yolo/data/prepared-dataset.ts';
export { resolveSource } from '../steps/yolo/data/resolve-source.ts';
export type { Evaluation } from '../steps/yolo/metrics/evaluation.ts';
export type { Summary } from '../steps/yolo/report/summarize.ts';
export { withRecipe } from '../steps/yolo/train/recipe.ts';
export type { TrainOptions } from '../steps/yolo/train/train-options.ts';
export type { TrainedModel } from '../steps/yolo/train/trained-model.ts';
export {
  type EvaluateOptions,
  type ReportFacts,
  type SplitOptions,
  type StartOptions,
  YoloSteps,
} from '../steps/yolo/yolo.steps.ts';
export { TrainYolo, TrainYoloParams } from './train-yolo.pipeline.ts';
