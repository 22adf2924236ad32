import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DirectoryRef, inputError } from 'sluice';
import { COCO_NAMES } from './coco-names.ts';
import {
  type FolderSource,
  type SourceFolder,
  type SourcePart,
  SPLIT_NAMES,
  type SplitName,
} from './dataset-source.ts';
import { isPicture, listFiles, withoutExtension } from './list-files.ts';
import { readLines } from './read-lines.ts';
import { resolveDataYaml } from './resolve-data-yaml.ts';
import { splitOfName } from './split-of-name.ts';

/**
 * A data set's folder → its source, by what lies in it, the first of:
 * 1. a `data.yaml`;
 * 2. `images/` + `labels/` with a folder for each split in both (`train2017` counts as train; one alone is not a split);
 * 3. `train/images` + `train/labels`, `valid/…`;
 * 4. `images/` + `labels/`, split by the lists `splits/{train,val,test}.txt` where there;
 * 5. `JPEGImages/` or `images/` + `Annotations/` or `annotations_voc/`, split by `ImageSets/Main/` or `splits/` where there.
 *
 * @throws ERR_INPUT when it is none of these, or YOLO labels come without class names.
 */
export async function resolveFolder(root: string): Promise<FolderSource> {
  const yaml = readdirSync(root).find((file) => /^(data|dataset)\.ya?ml$/i.test(file));
  if (yaml !== undefined) return resolveDataYaml(join(root, yaml));
  const layout = splitsInside(root) ?? splitsOutside(root) ?? (await flat(root));
  if (layout === undefined) {
    const entries = readdirSync(root).sort();
    throw inputError(
      `${root} is not a data set that Sluice knows: it holds ${entries.slice(0, 8).join(', ') || 'nothing'}${entries.length > 8 ? ' …' : ''}.`,
      'It needs a data.yaml, or images/ and labels/ (flat, or with train/ and val/ in both), or train/images and val/images, or JPEGImages/ and Annotations/, or COCO JSON in annotations/.',
    );
  }
  const { kind, folders, parts } = layout;
  // COCO's folder names are enough to know COCO's classes: the published archives hold no names.
  const coco = folders.every(({ imagesLabel }) => /^images\/(train|val)2017$/.test(imagesLabel));
  const names = readNames(root) ?? (coco ? COCO_NAMES : null);
  if (names === null && kind === 'yolo') {
    throw inputError(
      `${root} has YOLO labels but no class names.`,
      'Put a classes.txt there, one name a line in the order of the numbers, or a data.yaml with names.',
    );
  }
  return { kind, name: basename(root), names, folders, parts };
}

type Layout = Pick<FolderSource, 'kind' | 'folders' | 'parts'>;

/** `images/train`, `images/val`; `labels/` alike. */
function splitsInside(root: string): Layout | undefined {
  const found = splitFolders(join(root, 'images'));
  return layoutOf(
    found.map(([split, name]) => [split, sourceFolder(root, `images/${name}`, `labels/${name}`)] as const),
  );
}

/** `train/images`, `train/labels`. */
function splitsOutside(root: string): Layout | undefined {
  const found = splitFolders(root).filter(([, name]) => isFolder(join(root, name, 'images')));
  return layoutOf(
    found.map(([split, name]) => [split, sourceFolder(root, `${name}/images`, `${name}/labels`)] as const),
  );
}

function layoutOf(found: readonly (readonly [SplitName, SourceFolder])[]): Layout | undefined {
  // COCO's test2017 is published without labels: nothing can be scored on it.
  const labelled = found.filter(([split, { labels }]) => labels !== null || split !== 'test');
  if (!labelled.some(([, { labels }]) => labels !== null)) return undefined;
  const parts = labelled.map(
    ([split], folder): SourcePart => ({ split: labelled.length > 1 ? split : null, folder, only: null }),
  );
  return { kind: 'yolo', folders: labelled.map(([, folder]) => folder), parts };
}

function splitFolders(folder: string): (readonly [SplitName, string])[] {
  if (!isFolder(folder)) return [];
  const names = readdirSync(folder).sort();
  return SPLIT_NAMES.flatMap((split) => {
    const name = names.find((candidate) => splitOfName(candidate) === split && isFolder(join(folder, candidate)));
    return name === undefined ? [] : [[split, name] as const];
  });
}

async function flat(root: string): Promise<Layout | undefined> {
  const images = ['images', 'JPEGImages'].find((name) => isFolder(join(root, name)));
  const labels = ['labels', 'Annotations', 'annotations_voc'].find((name) => isFolder(join(root, name)));
  if (images === undefined || labels === undefined) return undefined;
  const lists = ['splits', join('ImageSets', 'Main')].find((name) => isFolder(join(root, name)));
  const parts = lists === undefined ? [] : await listedParts(join(root, lists), join(root, images));
  return {
    kind: labels === 'labels' ? 'yolo' : 'voc',
    folders: [sourceFolder(root, images, labels)],
    parts: parts.length > 0 ? parts : [{ split: null, folder: 0, only: null }],
  };
}

/** Parts of folder 0 by `train.txt`, `val.txt` and `test.txt`: a picture's name a line, with or without extension. */
async function listedParts(lists: string, images: string): Promise<SourcePart[]> {
  const pictures = await listFiles(images, isPicture);
  const byName = new Map(pictures.flatMap((path) => [[path, path] as const, [withoutExtension(path), path] as const]));
  return SPLIT_NAMES.flatMap((split): SourcePart[] => {
    const path = join(lists, `${split}.txt`);
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
    const only = readLines(path).map((line) => byName.get(line) ?? line);
    return only.length > 0 ? [{ split, folder: 0, only }] : [];
  });
}

function sourceFolder(root: string, imagesLabel: string, labelsLabel: string): SourceFolder {
  const labels = join(root, labelsLabel);
  return {
    images: DirectoryRef.of(join(root, imagesLabel), { name: 'images' }),
    labels: isFolder(labels) ? DirectoryRef.of(labels, { name: 'labels' }) : null,
    imagesLabel,
    labelsLabel,
  };
}

function readNames(root: string): readonly string[] | null {
  const file = ['classes.txt', 'names.txt', 'obj.names', join('labels', 'classes.txt')].find((name) =>
    statSync(join(root, name), { throwIfNoEntry: false })?.isFile(),
  );
  return file === undefined ? null : readLines(join(root, file));
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
