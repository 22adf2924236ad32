import { existsSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { inputError, nearest } from 'sluice';
import type { DatasetSource, ShapesSource } from './dataset-source.ts';
import { resolveCocoFile, resolveCocoFolder } from './resolve-coco.ts';
import { resolveDataYaml } from './resolve-data-yaml.ts';
import { resolveFolder } from './resolve-folder.ts';

const CHOICES =
  'Data can be: shapes (or shapes:train=512,val=128,size=320), coco128, a folder with images/ and labels/, with Pascal VOC annotations or with COCO JSON, a data.yaml, or a COCO .json file.';

/**
 * The user's word for a data set → the argument of prepare_dataset. Called in the pipeline body, while the plan is made: it reads folder listings and small
 * text files (data.yaml, class names, lists of pictures), no picture and no label.
 *
 * @param data `shapes`, `shapes:train=512,size=320`, `coco128`, or a path (that of a `.dvc` file, too); a relative one counts from the current folder.
 * @throws ERR_INPUT naming what is not there or not understood, and the choices.
 */
export async function resolveSource(data: string): Promise<DatasetSource> {
  const [word, ...rest] = data.split(':');
  if (word === 'shapes') return resolveShapes(rest.join(':'));
  if (data === 'coco128') return { kind: 'coco128' };
  // A pointer that DVC keeps in Git means the data beside it, which counts by its own bytes.
  const path = resolve(data.replace(/\.dvc$/, ''));
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw notThere(data, path);
  // Before Pascal VOC's `Annotations/`, which is `annotations/` where names are the same in either case.
  if (stats.isDirectory()) return resolveCocoFolder(path) ?? resolveFolder(path);
  if (/^\.ya?ml$/i.test(extname(path))) return resolveDataYaml(path);
  if (/^\.json$/i.test(extname(path))) return resolveCocoFile(path);
  const zip = extname(path).toLowerCase() === '.zip';
  throw inputError(
    `Data ${data} is a file, but neither YAML nor COCO JSON.`,
    zip ? `Unpack it first. ${CHOICES}` : CHOICES,
  );
}

function notThere(data: string, path: string): Error {
  if (existsSync(`${path}.dvc`)) {
    const hint = `Only ${basename(path)}.dvc is: dvc pull ${data.replace(/\.dvc$/, '')} fetches it.`;
    return inputError(`Data ${data} is not there.`, hint);
  }
  const meant = nearest(data, ['shapes', 'coco128']);
  return inputError(
    data === path ? `Data ${data} does not exist.` : `Data ${data} does not exist: there is nothing at ${path}.`,
    meant === undefined ? CHOICES : `Did you mean ${meant}? ${CHOICES}`,
  );
}

const SHAPES: ShapesSource = { kind: 'shapes', train: 384, val: 64, test: 0, size: 128, seed: 0 };

/** Least and greatest value of each setting of `shapes:…`; the size is a multiple of the network's largest stride. */
const LIMITS = { train: [1, 100_000], val: [1, 100_000], test: [0, 100_000], size: [32, 1280], seed: [0, 2 ** 31] };

function resolveShapes(settings: string): ShapesSource {
  const source: Record<string, number | string> = { ...SHAPES };
  for (const setting of settings.split(',').filter(Boolean)) {
    const [key = '', text = ''] = setting.split('=');
    const limits = (LIMITS as Record<string, readonly number[] | undefined>)[key];
    const value = Number(text);
    if (limits === undefined || text === '' || !Number.isInteger(value) || value < limits[0]! || value > limits[1]!) {
      const ranges = Object.entries(LIMITS).map(([name, [least, most]]) => `${name} ${least} to ${most}`);
      throw inputError(
        `shapes: ${setting} is not understood.`,
        `Whole numbers: ${ranges.join(', ')}; default shapes:train=384,val=64,test=0,size=128,seed=0.`,
      );
    }
    source[key] = value;
  }
  return source as unknown as ShapesSource;
}
