import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inputError } from 'sluice';
import { type CocoLabels, readCocoLabels } from './coco-labels.ts';
import type { CocoPart, CocoSource } from './dataset-source.ts';
import { isPicture, listFiles, withoutExtension } from './list-files.ts';
import type { OpenedSource, SourcePicture } from './opened-source.ts';
import { pictureSize } from './picture-size.ts';
import type { Finding } from './prepared-dataset.ts';

/**
 * Reads the COCO JSON file of every part; pictures are listed, not opened. Classes are numbered by rising id. Pictures that no file names are not of the data set.
 *
 * @throws ERR_INPUT when a file is not COCO JSON, or two files give one id to two classes.
 */
export async function openCoco({ name, parts }: CocoSource): Promise<OpenedSource> {
  const opened = await Promise.all(parts.map(openPart));
  const categories = unite(opened);
  const ids = [...categories.keys()].sort((a, b) => a - b);
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const findings: Finding[] = [];
  const pictures: SourcePicture[] = [];
  for (const { part, labels, paths } of opened) {
    findings.push(...labels.findings);
    for (const { file: stated, boxes, usable, findings: own } of labels.pictures) {
      findings.push(...own);
      const path = paths.get(stated) ?? paths.get(basename(stated));
      const file = `${part.imagesLabel}/${path ?? stated}`;
      if (path === undefined) {
        const message = `named in ${part.annotationsLabel}, but not there`;
        findings.push({ severity: 'error', code: 'missing-image', message, file });
        continue;
      }
      if (boxes.length === 0 && own.length === 0) {
        const message = `no boxes in ${part.annotationsLabel}; picture used as background`;
        findings.push({ severity: 'warning', code: 'empty-label', message, file });
      }
      const rows = boxes.map(({ category, box }) => ({ cls: numbers.get(category)!, box }));
      const at = { name: withoutExtension(path), file, path: join(part.images.path, path), split: part.split };
      if (usable) pictures.push({ ...at, rows });
    }
  }
  pictures.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { description: name, names: ids.map((id) => categories.get(id)!), pictures, findings };
}

interface OpenedPart {
  readonly part: CocoPart;
  readonly labels: CocoLabels;
  /** Paths of pictures that are there, by themselves: what a document names counts only when it is one of them. */
  readonly paths: ReadonlyMap<string, string>;
}

async function openPart(part: CocoPart): Promise<OpenedPart> {
  const paths = new Map((await listFiles(part.images.path, isPicture)).map((path) => [path, path]));
  const sizeOf = async (file: string) => {
    const path = paths.get(file) ?? paths.get(basename(file));
    return path === undefined ? { width: 0, height: 0 } : pictureSize(join(part.images.path, path));
  };
  const text = await readFile(part.annotations.path, 'utf8');
  return { part, labels: await readCocoLabels(text, part.annotationsLabel, sizeOf), paths };
}

function unite(parts: readonly OpenedPart[]): ReadonlyMap<number, string> {
  const categories = new Map<number, string>();
  for (const { part, labels } of parts) {
    for (const [id, name] of labels.categories) {
      const before = categories.get(id) ?? name;
      if (before !== name) {
        throw inputError(
          `${part.annotationsLabel} calls category ${id} ${name}, and another file of the data set calls it ${before}.`,
          'Export all splits together, or name one file: --data annotations/train.json.',
        );
      }
      categories.set(id, name);
    }
  }
  return categories;
}
