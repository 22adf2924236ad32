import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { DirectoryRef, inputError } from 'sluice';
import { z } from 'zod';
import {
  type FolderSource,
  type SourceFolder,
  type SourcePart,
  SPLIT_NAMES,
  type SplitName,
} from './dataset-source.ts';
import { readLines } from './read-lines.ts';

const Location = z.union([z.string(), z.array(z.string())]).nullish();

const DataYaml = z.object({
  path: z.string().nullish(),
  train: Location,
  val: Location,
  test: Location,
  names: z.union([z.array(z.coerce.string()), z.record(z.string(), z.coerce.string())]),
  nc: z.number().int().nullish(),
});

/**
 * An Ultralytics `data.yaml` → its source. `train`, `val`, `test`: a folder, a `.txt` list of pictures, or several of them, from `path`, which counts
 * from the YAML's own folder; Roboflow's `../train/images` is found beside the YAML too. Labels lie where Ultralytics looks: in the path, the last `images`
 * becomes `labels`.
 *
 * @throws ERR_INPUT naming the file and what is wrong in it.
 */
export async function resolveDataYaml(file: string): Promise<FolderSource> {
  const yaml = await parseYaml(file);
  const root = datasetRoot(file, yaml.path ?? '');
  const collector = new FolderCollector(root);
  const parts = SPLIT_NAMES.flatMap((split) => {
    const given = yaml[split] ?? [];
    return (typeof given === 'string' ? [given] : given).flatMap((location) => {
      const path = locate(location, root, dirname(file));
      if (path === undefined) {
        throw inputError(
          `${file}: ${split}: ${location} is not there (looked in ${root}).`,
          'Correct train, val or path in it; path counts from the folder of the YAML file.',
        );
      }
      return collector.add(split, path);
    });
  });
  if (parts.length === 0) {
    throw inputError(`${file} names no pictures.`, 'Give it train: and val:, each a folder or a list of pictures.');
  }
  return { kind: 'yolo', name: basename(root), names: namesOf(file, yaml), folders: collector.folders, parts };
}

async function parseYaml(file: string): Promise<z.infer<typeof DataYaml>> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(readFileSync(file, 'utf8'));
  const [error] = document.errors;
  if (error !== undefined) throw inputError(`${file} is no YAML: ${error.message}`, 'Correct that line.', error);
  const parsed = DataYaml.safeParse(document.toJS());
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw inputError(
    `${file} is no data set description: ${problems.join('; ')}.`,
    'It needs train, val (folder, list of pictures, or several) and names (a list, or numbers to names).',
  );
}

function namesOf(file: string, { names, nc }: z.infer<typeof DataYaml>): readonly string[] {
  const list = Array.isArray(names) ? names : Array.from(Object.keys(names), (_, number) => names[String(number)]);
  const gap = list.indexOf(undefined);
  const hint = 'names: a list, or a map with the keys 0, 1, 2 …';
  if (gap >= 0) throw inputError(`${file}: names has no class ${gap}.`, hint);
  if (list.length === 0) throw inputError(`${file}: names is empty.`, hint);
  if (nc !== undefined && nc !== null && nc !== list.length) {
    throw inputError(`${file}: nc is ${nc}, but there are ${list.length} names.`, 'Correct one of the two.');
  }
  return list as string[];
}

/** Ultralytics looks from a settings folder of its own, which is not here: from the YAML, and from where the user stands. */
function datasetRoot(file: string, path: string): string {
  const home = dirname(file);
  const candidates = [resolve(home, path), resolve(path)];
  return candidates.find((candidate) => path !== '' && existsSync(candidate)) ?? home;
}

function locate(location: string, root: string, home: string): string | undefined {
  const bare = location.replace(/^(\.\.[/\\])+/, '');
  return [resolve(root, location), resolve(home, location), resolve(root, bare)].find((path) => existsSync(path));
}

/** Gathers folders of pictures without naming one twice. */
class FolderCollector {
  readonly folders: SourceFolder[] = [];
  readonly #byPath = new Map<string, number>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  add(split: SplitName, path: string): SourcePart[] {
    if (statSync(path).isDirectory()) return [{ split, folder: this.#folder(path), only: null }];
    const lists = new Map<number, string[]>();
    for (const line of readLines(path)) {
      const picture = isAbsolute(line) ? line : listed(line, dirname(path), this.#root);
      const top = imagesFolder(picture);
      if (!existsSync(top)) {
        throw inputError(
          `${path}: the folder of ${line} is not there.`,
          'Its lines count from the folder of the list.',
        );
      }
      const folder = this.#folder(top);
      lists.set(folder, [...(lists.get(folder) ?? []), relative(top, picture).split(sep).join('/')]);
    }
    return [...lists].map(([folder, only]) => ({ split, folder, only }));
  }

  #folder(path: string): number {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const labels = labelsFolder(path);
    this.folders.push({
      images: DirectoryRef.of(path, { name: 'images' }),
      labels: existsSync(labels) ? DirectoryRef.of(labels, { name: 'labels' }) : null,
      imagesLabel: this.#label(path),
      labelsLabel: this.#label(labels),
    });
    this.#byPath.set(path, this.folders.length - 1);
    return this.folders.length - 1;
  }

  /** Below the root as it stands there; elsewhere its last two names, never where it lies on this machine. */
  #label(path: string): string {
    const inside = relative(this.#root, path);
    const names = inside.startsWith('..') || isAbsolute(inside) ? path.split(sep).slice(-2) : inside.split(sep);
    return names.join('/');
  }
}

/** `./images/a.jpg` counts from the list's folder (Ultralytics); plain `images/a.jpg` may also count from the data set's. */
function listed(line: string, home: string, root: string): string {
  const path = join(home, line);
  return existsSync(path) ? path : existsSync(join(root, line)) ? join(root, line) : path;
}

/** The folder up to the last `images` of a picture's path, or the one it lies in. */
function imagesFolder(picture: string): string {
  const names = dirname(picture).split(sep);
  const last = names.lastIndexOf('images');
  return last < 0 ? dirname(picture) : names.slice(0, last + 1).join(sep);
}

function labelsFolder(images: string): string {
  const names = images.split(sep);
  const last = names.lastIndexOf('images');
  return last < 0 ? images : names.with(last, 'labels').join(sep);
}
