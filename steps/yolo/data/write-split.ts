import { constants } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { SplitStatistics } from './prepared-dataset.ts';
import type { PlacedPicture } from './split-pictures.ts';

const AT_ONCE = 16;

/** A picture in its place in a prepared split. */
export interface WrittenPicture extends PlacedPicture {
  readonly written: string;
}

/**
 * Writes `images/` and `labels/` of one split. Pictures are copied byte for byte (shared blocks where the file system can; never a hard link, through which
 * a change here would reach the user's own file).
 *
 * @param pictures of this split, sorted by name.
 */
export async function writeSplit(folder: string, pictures: readonly PlacedPicture[]): Promise<WrittenPicture[]> {
  await mkdir(join(folder, 'images'), { recursive: true });
  await mkdir(join(folder, 'labels'), { recursive: true });
  const names = uniqueNames(pictures);
  const written: WrittenPicture[] = [];
  for (let first = 0; first < pictures.length; first += AT_ONCE) {
    const batch = pictures.slice(first, first + AT_ONCE).map(async (picture, i) => {
      const name = names[first + i]!;
      const target = join(folder, 'images', name + extname(picture.path).toLowerCase());
      await copyFile(picture.path, target, constants.COPYFILE_FICLONE);
      await writeFile(
        join(folder, 'labels', `${name}.txt`),
        picture.rows.map(({ cls, box }) => `${cls} ${box}\n`).join(''),
      );
      return { ...picture, written: target };
    });
    written.push(...(await Promise.all(batch)));
  }
  return written;
}

export function splitStatistics(pictures: readonly PlacedPicture[], names: readonly string[]): SplitStatistics {
  const counts = names.map(() => 0);
  for (const { rows } of pictures) for (const { cls } of rows) counts[cls]!++;
  return {
    images: pictures.length,
    boxes: counts.reduce((sum, count) => sum + count, 0),
    backgrounds: pictures.filter(({ rows }) => rows.length === 0).length,
    classes: Object.fromEntries(names.map((name, cls) => [name, counts[cls]!])),
  };
}

/**
 * A name for every picture, unique in the split also where case doesn't count: `a/0001` becomes `a__0001`, and of `0001.jpg`, `0001.png` the second `0001-2`.
 */
function uniqueNames(pictures: readonly PlacedPicture[]): string[] {
  const taken = new Set<string>();
  return pictures.map(({ name }) => {
    const flat = name.replaceAll('/', '__');
    let free = flat;
    for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${flat}-${number}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
