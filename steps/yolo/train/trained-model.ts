import type { DirectoryRef, FileRef } from 'sluice';
import type { OptimizerSettings } from './choose-optimizer.ts';
import type { EpochRow } from './results-csv.ts';

/** What a training leaves. */
export interface TrainedModel {
  /** Averaged weights of the best epoch by mAP50-95, and of the last one. */
  readonly best: FileRef;
  readonly last: FileRef;
  /** The best weights for other tools: batch norms folded, class names in the metadata. */
  readonly onnx: FileRef;
  /** The weights it started from, as they were after import: what the trained ones have to beat. Null from scratch. */
  readonly start: FileRef | null;
  /** results.csv. Its `time` column is the one thing that differs between equal runs: later steps read `history`. */
  readonly results: FileRef;
  readonly args: FileRef;
  /** The first training batches, and the first one after the mosaics end, as pictures with boxes. */
  readonly plots: DirectoryRef;
  readonly history: readonly EpochRow[];
  readonly summary: TrainSummary;
}

export interface TrainSummary {
  readonly model: string;
  readonly names: readonly string[];
  /** Trained numbers. */
  readonly parameters: number;
  /** 10^9 multiplications and additions of one forward pass at imgsz. */
  readonly gflops: number;
  readonly imgsz: number;
  readonly batch: number;
  /** Done; fewer than asked for where patience ended. */
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly trainPictures: number;
  readonly valPictures: number;
  readonly optimizer: OptimizerSettings;
  /** Name of the weights file, null from scratch. */
  readonly startedFrom: string | null;
}
