import type { ArtifactStore } from '../../components/artifact-store.ts';
import { mapLimited } from '../../hashing/map-limited.ts';
import type { FolderFile } from '../../materializers/materializer.ts';
import type { Box, Preview } from '../api/artifact.ts';
import { isPictureName } from './picture-type.ts';
import { readHead } from './stored-object.ts';

type Pictures = Extract<Preview, { kind: 'pictures' }>;

/** Pictures of a grid: more than a screen, less than a minute of scrolling. */
const MOST_PICTURES = 60;
const MOST_BOXES = 300;
const LABEL_BYTES = 64 * 1024;
const PARALLEL = 8;

export interface PicturesOptions {
  readonly store: ArtifactStore;
  readonly files: readonly FolderFile[];
  readonly urlOf: (path: string) => string;
  /** Names of classes by number; where they are not known, the number stands. */
  readonly classNames: readonly string[];
}

/** A folder of pictures; with the boxes of `labels/NAME.txt` where they lie beside `images/NAME.jpg`, as data sets for detection have them. Undefined for a folder without pictures. */
export async function picturesPreview({
  store,
  files,
  urlOf,
  classNames,
}: PicturesOptions): Promise<Pictures | undefined> {
  const pictures = files.filter(({ path }) => isPictureName(path));
  if (pictures.length === 0) return undefined;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const shown = await mapLimited(pictures.slice(0, MOST_PICTURES), PARALLEL, async (file) => {
    const label = byPath.get(labelPath(file.path));
    const size = label && (await sizeOf(store, file));
    const boxes = label && size ? await readBoxes(store, label, { size, classNames }) : [];
    return { path: file.path, url: urlOf(file.path), width: size?.width ?? null, height: size?.height ?? null, boxes };
  });
  return { kind: 'pictures', total: pictures.length, pictures: shown };
}

/** `images/a/b.jpg` → `labels/a/b.txt`. */
const labelPath = (path: string): string => path.replace(/(^|\/)images\//, '$1labels/').replace(/\.[^.]+$/, '.txt');

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Enough for the head of any picture; a JPEG may carry a thumbnail and a profile in front. */
const PICTURE_BYTES = 512 * 1024;

/** In pixels as they are shown, turned as the camera said. Undefined for a picture that can't be read. */
export async function sizeOf(store: ArtifactStore, { digest, size, path }: FolderFile): Promise<Size | undefined> {
  const { bytes } = await readHead(store, { digest, size, name: path }, PICTURE_BYTES);
  const { default: sharp } = await import('sharp');
  try {
    const { width, height, orientation = 1 } = await sharp(bytes, { failOn: 'none' }).metadata();
    return orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch {
    // Shown all the same: what a browser makes of it is not ours to say.
    return undefined;
  }
}

interface BoxOptions {
  readonly size: Size;
  readonly classNames: readonly string[];
}

/** Lines of `class x y width height [score]`, centre and size as shares of the picture's. */
async function readBoxes(
  store: ArtifactStore,
  label: FolderFile,
  { size, classNames }: BoxOptions,
): Promise<readonly Box[]> {
  const { bytes } = await readHead(store, { digest: label.digest, size: label.size, name: label.path }, LABEL_BYTES);
  const lines = Buffer.from(bytes).toString().split('\n').slice(0, MOST_BOXES);
  return lines.flatMap((line): Box[] => {
    const numbers = line.trim().split(/\s+/).map(Number);
    const [index = Number.NaN, x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN, score] =
      numbers;
    // More numbers than these are the corners of an outline, fewer are no box.
    if (numbers.length > 6 || ![index, x, y, width, height].every(Number.isFinite)) return [];
    return [
      {
        x: (x - width / 2) * size.width,
        y: (y - height / 2) * size.height,
        width: width * size.width,
        height: height * size.height,
        label: classNames[index] ?? String(index),
        score: score !== undefined && Number.isFinite(score) ? score : null,
      },
    ];
  });
}
