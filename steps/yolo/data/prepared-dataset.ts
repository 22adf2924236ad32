import type { DirectoryRef, FileRef } from 'sluice';

/**
 * A data set in one form, whatever it came from. Each split is a folder with `images/NAME.EXT` (bytes as published) and `labels/NAME.txt`
 * (YOLO rows: class, centre x, centre y, width, height, normalised, 6 decimals kept as given); no label file or an empty one means background.
 */
export interface PreparedDataset {
  /** Class names in the order of the label files' numbers. */
  readonly names: readonly string[];
  readonly train: DirectoryRef;
  readonly val: DirectoryRef;
  readonly test: DirectoryRef | null;
  readonly statistics: DatasetStatistics;
  readonly findings: readonly Finding[];
  /** PNG: up to 16 training and validation pictures with their boxes. */
  readonly contactSheet: FileRef;
}

export interface SplitStatistics {
  readonly images: number;
  readonly boxes: number;
  readonly backgrounds: number;
  /** Boxes by class name. */
  readonly classes: Readonly<Record<string, number>>;
}

export interface DatasetStatistics {
  /** What it was made from: `shapes (seed 0)`, `coco128`, a folder's name. Never an absolute path. */
  readonly source: string;
  readonly train: SplitStatistics;
  readonly val: SplitStatistics;
  readonly test: SplitStatistics | null;
}

/**
 * What is wrong with a data set, and what is done about it:
 * - a picture without label file, or with an empty one, is a background; a label file without picture is not used;
 * - a row that can't be read, names no class or lies outside the picture takes its picture out: kept without it, an object would be taught as background;
 * - a box without area, and the second of two equal rows, is left out, the picture stays;
 * - a box that reaches over the edge stays as it is;
 * - an unreadable or truncated picture is left out, and so is what a list of pictures names and the data set lacks;
 * - of pictures with equal bytes the first by name stays; where the data set itself (or a CSV) has set the splits, all stay.
 */
export type FindingCode =
  | 'missing-label'
  | 'orphan-label'
  | 'empty-label'
  | 'malformed-row'
  | 'out-of-range'
  | 'class-out-of-range'
  | 'zero-area-box'
  | 'duplicate-row'
  | 'missing-image'
  | 'unreadable-image'
  | 'duplicate-image'
  | 'split-leak';

/** Something the validator saw. `error`: the picture or row was left out; `warning`: used as it is. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: FindingCode;
  readonly message: string;
  readonly file: string;
  readonly line?: number;
}
