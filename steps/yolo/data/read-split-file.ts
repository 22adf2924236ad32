import { readFile } from 'node:fs/promises';
import { type FileRef, inputError } from 'sluice';
import { isSplitName } from './assign-splits.ts';
import { SPLIT_NAMES, type SplitName } from './dataset-source.ts';

const PICTURE_COLUMNS = ['stem', 'name', 'file', 'filename', 'image'];

/**
 * A CSV that says which picture belongs to which split: a header with the columns `split` and `stem` (or name, file, filename, image), in any order; others
 * are not looked at. A picture may be given with or without extension.
 *
 * @returns split by picture, in the file's order.
 * @throws ERR_INPUT naming the line: columns missing, another word than train, val, test, a picture in two splits.
 */
export async function readSplitFile(file: FileRef): Promise<ReadonlyMap<string, SplitName>> {
  const { parse } = await import('csv-parse/sync');
  const fail = (problem: string, cause?: unknown): Error =>
    inputError(
      `Split file ${file.name}: ${problem}.`,
      'It is a CSV with a header and the columns split (train, val, test) and stem (the picture’s name).',
      cause,
    );
  let rows: Record<string, string>[];
  try {
    rows = parse(await readFile(file.path), {
      bom: true,
      columns: (header: string[]) => header.map((column) => column.trim().toLowerCase()),
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error), error);
  }
  if (rows.length === 0) throw fail('no rows in it');
  const column = PICTURE_COLUMNS.find((name) => name in rows[0]!);
  if (column === undefined || !('split' in rows[0]!)) throw fail(`its columns are ${Object.keys(rows[0]!).join(', ')}`);
  const splits = new Map<string, SplitName>();
  for (const [index, row] of rows.entries()) {
    const [split, picture] = [row['split']!, row[column]!];
    if (!isSplitName(split))
      throw fail(`row ${index + 1}: ${split || 'nothing'} is not one of ${SPLIT_NAMES.join(', ')}`);
    if (splits.has(picture) && splits.get(picture) !== split)
      throw fail(`row ${index + 1}: ${picture} is in two splits`);
    splits.set(picture, split);
  }
  return splits;
}
