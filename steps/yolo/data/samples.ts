import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { inputError } from 'sluice';

/** One picture of a prepared split with its boxes. */
export interface Sample {
  /** The picture's file name without extension: unique in its split, and the order of the list. */
  readonly name: string;
  readonly imagePath: string;
  /** Rows of class, centre x, centre y, width, height, normalised 0..1: 5 numbers a box, empty for a background. */
  readonly labels: Float32Array;
}

/**
 * The samples of one split of a PreparedDataset (`images/NAME.EXT`, `labels/NAME.txt`), sorted by name. Expects what prepare_dataset has checked: five
 * numbers a row; no label file means background.
 *
 * @throws ERR_INPUT when the folder has no `images/`, or a row has not five numbers.
 */
export async function listSamples(directory: string): Promise<Sample[]> {
  const files = await readdir(join(directory, 'images')).catch((error: unknown) => {
    throw inputError(
      `${directory} is no prepared split: it has no images/.`,
      'Pass the train, val or test of prepare_dataset.',
      error,
    );
  });
  const labelFiles = new Set(await readdir(join(directory, 'labels')).catch(noLabels));
  const named = files.map((file) => ({ name: file.slice(0, file.length - extname(file).length), file }));
  named.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return Promise.all(
    named.map(async ({ name, file }) => ({
      name,
      imagePath: join(directory, 'images', file),
      labels: labelFiles.has(`${name}.txt`)
        ? parseRows(await readFile(join(directory, 'labels', `${name}.txt`), 'utf8'), `labels/${name}.txt`)
        : new Float32Array(0),
    })),
  );
}

/** A split of backgrounds alone may lack the folder. */
function noLabels(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

function parseRows(text: string, file: string): Float32Array {
  const numbers = text.split(/\s+/).filter(Boolean).map(Number);
  if (numbers.length % 5 !== 0 || numbers.some(Number.isNaN)) {
    throw inputError(`${file} has rows that are not five numbers.`, 'Pass a split that prepare_dataset has made.');
  }
  return Float32Array.from(numbers);
}
