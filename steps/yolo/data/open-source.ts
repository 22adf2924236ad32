import { join } from 'node:path';
import type { DatasetSource } from './dataset-source.ts';
import type { OpenedSource } from './opened-source.ts';
import { openCoco } from './source-coco.ts';
import { openCoco128 } from './source-coco128.ts';
import { openFolders } from './source-folders.ts';
import { openShapes } from './source-shapes.ts';

export interface OpenOptions {
  /** Scratch folder for pictures that are made here. */
  readonly workDir: string;
  /** Folder that outlives the run, for what is downloaded. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onProgress: (message: string, fraction: number) => void;
}

/** One interface for every kind of source. */
export function openSource(source: DatasetSource, options: OpenOptions): Promise<OpenedSource> {
  switch (source.kind) {
    case 'shapes':
      return openShapes(source, join(options.workDir, 'drawn'), (fraction) =>
        options.onProgress('drawing pictures', fraction),
      );
    case 'coco128':
      return openCoco128(options);
    case 'coco':
      return openCoco(source);
    case 'yolo':
    case 'voc':
      return openFolders(source);
    default:
      return unknownKind(source);
  }
}

function unknownKind(source: never): never {
  throw new TypeError(`unknown kind of data set: ${JSON.stringify(source)}`);
}
