import type { DirectoryRef, FileRef } from 'sluice';

export type SplitName = 'train' | 'val' | 'test';

export const SPLIT_NAMES: readonly SplitName[] = ['train', 'val', 'test'];

/**
 * What a data set is made from, as the argument of prepare_dataset: plain data, and folders as DirectoryRef, so that the cache key hangs on their
 * bytes and on no path of this machine. Made by `resolveSource`.
 */
export type DatasetSource = ShapesSource | Coco128Source | FolderSource | CocoSource;

/** Pictures drawn here, see draw-shapes.ts. */
export interface ShapesSource {
  readonly kind: 'shapes';
  /** Pictures in each split; `test: 0` means no test split. */
  readonly train: number;
  readonly val: number;
  readonly test: number;
  /** Side of the square pictures in pixels. */
  readonly size: number;
  readonly seed: number;
}

/** The archive that Ultralytics publishes; its content is pinned in source-coco128.ts, so the name alone is its identity. */
export interface Coco128Source {
  readonly kind: 'coco128';
}

/** Pictures in folders, with YOLO text files or Pascal VOC XML files beside them. */
export interface FolderSource {
  readonly kind: 'yolo' | 'voc';
  /** What people call it: the name of its folder. */
  readonly name: string;
  /** Class names by number. Null (VOC only): the names that occur, sorted. */
  readonly names: readonly string[] | null;
  readonly folders: readonly SourceFolder[];
  readonly parts: readonly SourcePart[];
}

export interface SourceFolder {
  readonly images: DirectoryRef;
  /** Null when there is no such folder: every picture is then without label file. */
  readonly labels: DirectoryRef | null;
  /** How findings call the two, relative to the data set: `images/train2017`. */
  readonly imagesLabel: string;
  readonly labelsLabel: string;
}

/** Some pictures of one folder, and the split they belong to by the data set's own account. */
export interface SourcePart {
  /** Null: the data set doesn't say. */
  readonly split: SplitName | null;
  /** Index into `folders`. */
  readonly folder: number;
  /** Paths relative to the folder of images, `/` between; null means all. */
  readonly only: readonly string[] | null;
}

/** Pictures in folders, with the boxes of each part in one COCO JSON file. Class names and numbers are the files' own. */
export interface CocoSource {
  readonly kind: 'coco';
  /** What people call it: the name of its folder. */
  readonly name: string;
  readonly parts: readonly CocoPart[];
}

/** One COCO JSON file and the folder that its `file_name`s count from. */
export interface CocoPart {
  /** Null: the data set doesn't say. */
  readonly split: SplitName | null;
  readonly images: DirectoryRef;
  readonly annotations: FileRef;
  /** How findings call the two, relative to the data set: `train2017`, `annotations/instances_train2017.json`. */
  readonly imagesLabel: string;
  readonly annotationsLabel: string;
}
