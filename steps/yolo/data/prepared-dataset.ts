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

/** Something the validator saw. `error`: the picture or row was left out; `warning`: used as it is. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  /** `missing-label orphan-label empty-label malformed-row out-of-range class-out-of-range unreadable-image duplicate-image split-leak zero-area-box`. */
  readonly code: string;
  readonly message: string;
  readonly file: string;
  readonly line?: number;
}
