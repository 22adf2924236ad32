import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FolderSource, SourceFolder, SourcePart } from './dataset-source.ts';
import { isPicture, listFiles, withoutExtension } from './list-files.ts';
import type { OpenedSource, SourcePicture } from './opened-source.ts';
import { pictureSize } from './picture-size.ts';
import type { Finding } from './prepared-dataset.ts';
import { numberObjects, readVocLabels, type VocAnnotation } from './voc-labels.ts';
import { type ReadLabels, readYoloLabels } from './yolo-labels.ts';

/** Reads every label file of folders with YOLO or VOC labels; pictures are listed, not opened. */
export async function openFolders(source: FolderSource): Promise<OpenedSource> {
  const contents = await Promise.all(source.folders.map((folder) => listFolder(folder, source.kind)));
  const findings: Finding[] = [];
  const wanted = source.parts.flatMap((part) => partPictures(part, contents[part.folder]!, findings));
  for (const content of contents) findings.push(...orphans(content));

  const { names, labels } = source.kind === 'voc' ? await vocLabels(source, wanted) : await yoloLabels(source, wanted);
  const reported = new Set<string>();
  const pictures: SourcePicture[] = [];
  for (const [index, { file, path, name, split, labelPath, labelFile }] of wanted.entries()) {
    const read = labels[index]!;
    // A picture may stand in two parts (train and val of one folder): its findings are told once.
    if (!reported.has(path)) {
      reported.add(path);
      findings.push(...read.findings);
      if (labelPath === null) findings.push(background('missing-label', 'no label file; used as background', file));
      else if (read.usable && read.rows.length === 0 && read.findings.length === 0)
        findings.push(background('empty-label', 'no boxes in it; picture used as background', labelFile));
    }
    if (read.usable) pictures.push({ name, file, path, split, rows: read.rows });
  }
  pictures.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { description: source.name, names, pictures, findings };
}

interface FolderContent {
  readonly folder: SourceFolder;
  /** Relative paths. */
  readonly pictures: readonly string[];
  /** Relative path without extension → relative path. */
  readonly labels: ReadonlyMap<string, string>;
}

interface WantedPicture extends Omit<SourcePicture, 'rows'> {
  readonly labelPath: string | null;
  readonly labelFile: string;
}

async function listFolder(folder: SourceFolder, kind: 'yolo' | 'voc'): Promise<FolderContent> {
  const extension = kind === 'voc' ? '.xml' : '.txt';
  const labels =
    folder.labels === null ? [] : await listFiles(folder.labels.path, (name) => name.toLowerCase().endsWith(extension));
  return {
    folder,
    pictures: await listFiles(folder.images.path, isPicture),
    labels: new Map(labels.filter((path) => !NO_LABELS.has(path)).map((path) => [withoutExtension(path), path])),
  };
}

/** Files that labelling tools put beside the labels. */
const NO_LABELS = new Set(['classes.txt', 'names.txt', 'notes.txt', 'labels.txt']);

function partPictures(part: SourcePart, content: FolderContent, findings: Finding[]): WantedPicture[] {
  const { folder, labels } = content;
  const there = new Set(content.pictures);
  const wanted: WantedPicture[] = [];
  for (const path of [...new Set(part.only ?? content.pictures)]) {
    const file = `${folder.imagesLabel}/${path}`;
    if (!there.has(path)) {
      const message = `named in the list of the ${part.split ?? 'data'} split, but not there`;
      findings.push({ severity: 'error', code: 'missing-image', message, file });
      continue;
    }
    const name = withoutExtension(path);
    const label = labels.get(name);
    wanted.push({
      name,
      file,
      path: join(folder.images.path, path),
      split: part.split,
      labelPath: label === undefined || folder.labels === null ? null : join(folder.labels.path, label),
      labelFile: `${folder.labelsLabel}/${label ?? name}`,
    });
  }
  return wanted;
}

function orphans({ folder, pictures, labels }: FolderContent): Finding[] {
  const named = new Set(pictures.map(withoutExtension));
  return [...labels]
    .filter(([name]) => !named.has(name))
    .map(([, path]) => ({
      severity: 'warning',
      code: 'orphan-label',
      message: 'no picture of this name; not used',
      file: `${folder.labelsLabel}/${path}`,
    }));
}

const background = (code: 'missing-label' | 'empty-label', message: string, file: string): Finding => ({
  severity: 'warning',
  code,
  message,
  file,
});

interface Labels {
  readonly names: readonly string[];
  /** One for each wanted picture. */
  readonly labels: readonly ReadLabels[];
}

const NONE: ReadLabels = { rows: [], findings: [], usable: true };

async function yoloLabels(source: FolderSource, wanted: readonly WantedPicture[]): Promise<Labels> {
  const names = source.names ?? [];
  const labels: ReadLabels[] = [];
  for (const { labelPath, labelFile } of wanted) {
    labels.push(labelPath === null ? NONE : readYoloLabels(await readFile(labelPath, 'utf8'), labelFile, names.length));
  }
  return { names, labels };
}

async function vocLabels(source: FolderSource, wanted: readonly WantedPicture[]): Promise<Labels> {
  const annotations: (VocAnnotation | null)[] = [];
  for (const { labelPath, labelFile, path } of wanted) {
    annotations.push(
      labelPath === null
        ? null
        : await readVocLabels(await readFile(labelPath, 'utf8'), labelFile, () => pictureSize(path)),
    );
  }
  const found = new Set(annotations.flatMap((annotation) => annotation?.objects.map(({ name }) => name) ?? []));
  const names = source.names ?? [...found].sort();
  const labels = annotations.map((annotation, i) =>
    annotation === null ? NONE : numberObjects(annotation, names, wanted[i]!.labelFile),
  );
  return { names, labels };
}
