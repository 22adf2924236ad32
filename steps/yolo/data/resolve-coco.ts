import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { DirectoryRef, FileRef, inputError } from 'sluice';
import { type CocoPart, type CocoSource, SPLIT_NAMES, type SplitName } from './dataset-source.ts';
import { isPicture } from './list-files.ts';
import { splitOfName } from './split-of-name.ts';

/** Tools that export COCO put one of these into the folder of each split. */
const BESIDE_PICTURES = ['_annotations.coco.json', 'annotations.json', 'labels.json'];

/**
 * A folder in one of COCO's layouts → its source, the first of:
 * 1. `annotations/instances_train2017.json` (or `annotations/train.json`), pictures in `images/train2017`, `train2017`, `images`, or the folder itself; val and test alike;
 * 2. `train/_annotations.coco.json`, `valid/…` with the pictures beside it.
 *
 * @returns undefined when it is neither, and where labels in YOLO's form or a data.yaml lie beside it, as in some archives: they come first.
 */
export function resolveCocoFolder(root: string): CocoSource | undefined {
  if (readdirSync(root).some((name) => /^(labels|(data|dataset)\.ya?ml)$/i.test(name))) return undefined;
  const parts = annotationsFolder(root) ?? annotationsBesidePictures(root);
  return parts && { kind: 'coco', name: basename(root), parts };
}

/**
 * One COCO JSON file → its source; pictures are looked for where a folder in one of COCO's layouts has them, and beside the file.
 *
 * @throws ERR_INPUT when there are no pictures.
 */
export function resolveCocoFile(path: string): CocoSource {
  const folder = dirname(path);
  const root = /^annotations?$/i.test(basename(folder)) ? dirname(folder) : folder;
  const images = pictureFolder(root, nameOf(path)) ?? (holdsPictures(folder) ? folder : undefined);
  if (images === undefined) {
    throw inputError(
      `Data ${path} is taken for COCO JSON, and no pictures lie where it could mean them.`,
      `Put them into ${join(root, 'images')} or beside it. Anything but COCO JSON is named by its folder, or by a data.yaml.`,
    );
  }
  return { kind: 'coco', name: basename(root), parts: [partOf(root, { split: null, annotations: path, images })] };
}

function annotationsFolder(root: string): readonly CocoPart[] | undefined {
  const folder = join(root, 'annotations');
  if (!isFolder(folder)) return undefined;
  const all = readdirSync(folder).filter((file) => /\.json$/i.test(file));
  // COCO itself has captions and key points beside them.
  const instances = all.filter((file) => file.startsWith('instances_'));
  const files = (instances.length > 0 ? instances : all).sort();
  const bySplit = SPLIT_NAMES.flatMap((split) => {
    const file = files.find((candidate) => splitOfName(nameOf(candidate)) === split);
    return file === undefined ? [] : [{ split, file }];
  });
  const wanted = bySplit.length > 0 ? bySplit : files.length === 1 ? [{ split: null, file: files[0]! }] : [];
  const parts = wanted.flatMap(({ split, file }) => {
    const images = pictureFolder(root, nameOf(file));
    return images === undefined ? [] : [partOf(root, { split, annotations: join(folder, file), images })];
  });
  return parts.length > 0 ? loneIsNoSplit(parts) : undefined;
}

function annotationsBesidePictures(root: string): readonly CocoPart[] | undefined {
  const folders = readdirSync(root).filter((name) => splitOfName(name) !== undefined && isFolder(join(root, name)));
  const parts = folders.sort().flatMap((name) => {
    const images = join(root, name);
    const file = BESIDE_PICTURES.find((candidate) => existsSync(join(images, candidate)));
    if (file === undefined) return [];
    return [partOf(root, { split: splitOfName(name) ?? null, annotations: join(images, file), images })];
  });
  return parts.length > 0 ? loneIsNoSplit(parts) : undefined;
}

/** One file alone splits nothing. */
const loneIsNoSplit = (parts: readonly CocoPart[]): readonly CocoPart[] =>
  parts.length === 1 ? parts.map((part) => ({ ...part, split: null })) : parts;

function partOf(
  root: string,
  at: { readonly split: SplitName | null; readonly annotations: string; readonly images: string },
): CocoPart {
  const label = (path: string): string => relative(root, path).replaceAll('\\', '/') || '.';
  return {
    split: at.split,
    images: DirectoryRef.of(at.images, { name: 'images' }),
    annotations: FileRef.of(at.annotations),
    imagesLabel: label(at.images),
    annotationsLabel: label(at.annotations),
  };
}

/** `instances_train2017.json` → `train2017`. */
const nameOf = (path: string): string => basename(path).replace(/^instances_|\.json$/gi, '');

function pictureFolder(root: string, name: string): string | undefined {
  const candidates = [join(root, 'images', name), join(root, name), join(root, 'images'), root];
  return candidates.find(holdsPictures);
}

const holdsPictures = (folder: string): boolean => isFolder(folder) && readdirSync(folder).some(isPicture);

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
