import type { Digest } from 'sluice';
import type { SplitName } from './dataset-source.ts';
import type { Finding } from './prepared-dataset.ts';

/** What every kind of source becomes when it is opened: pictures with boxes, and what was noticed on the way. */
export interface OpenedSource {
  /** For `statistics.source`: `shapes (seed 0)`, `coco128`. */
  readonly description: string;
  /** Class names by number. */
  readonly names: readonly string[];
  /** Sorted by name. */
  readonly pictures: readonly SourcePicture[];
  readonly findings: readonly Finding[];
}

export interface SourcePicture {
  /** File name without extension, unless it lies deeper: `a/0001`. Two splits may both have a `0001`. */
  readonly name: string;
  /** How findings call it: `images/0001.jpg`. */
  readonly file: string;
  readonly path: string;
  /** By the data set's own account. */
  readonly split: SplitName | null;
  readonly rows: readonly LabelRow[];
  /** Of its bytes, when it was made here: it is known to be readable, and not opened to be checked. */
  readonly digest?: Digest;
}

/** One box. */
export interface LabelRow {
  /** Index into the source's class names. */
  readonly cls: number;
  /** Centre x, centre y, width, height, 0..1, as the label file writes them. */
  readonly box: string;
}
