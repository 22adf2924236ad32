import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import { makeFolder } from '../../make-folder.ts';
import { type OwnManifest, ownManifest, packageRoot } from './package-root.ts';

export interface NewProject {
  /** Absolute. */
  readonly dir: string;
  /** Also in a folder that has files; those stay as they are. */
  readonly force: boolean;
}

export interface WrittenProject {
  readonly written: readonly string[];
  /** Files of the template that were there already. */
  readonly kept: readonly string[];
}

/** What may lie in a folder that counts as empty. */
const HARMLESS = new Set(['.git', '.DS_Store', 'Thumbs.db']);

/** Writes the files of a new project. @throws ERR_FILE_EXISTS for a folder with files, unless `force`; never overwrites. */
export async function writeProject({ dir, force }: NewProject): Promise<WrittenProject> {
  const found = existsSync(dir) ? (await entriesOf(dir)).filter((entry) => !HARMLESS.has(entry)) : [];
  if (found.length > 0 && !force) {
    throw sluiceError('ERR_FILE_EXISTS', {
      path: `${dir} (with ${found.slice(0, 3).join(', ')}${found.length > 3 ? ' …' : ''})`,
      hint: 'Name a new or empty folder, or add the missing files to this one with --force.',
    });
  }
  const root = packageRoot();
  const template = join(root, 'templates', 'project');
  const values = placeholders(root, dir);
  const written: string[] = [];
  const kept: string[] = [];
  for (const file of await filesOf(template)) {
    // npm leaves out or interprets some names when it packs: the template has them with an underscore.
    const name = file.replace(
      /(^|[\\/])_(gitignore|package\.json|tsconfig\.json)$/,
      (_all, before: string, own: string) => (own === 'gitignore' ? `${before}.${own}` : `${before}${own}`),
    );
    const text = fill(await readFile(join(template, file), 'utf8'), values);
    ((await writeNew(join(dir, name), text)) ? written : kept).push(name.split(sep).join('/'));
  }
  return { written, kept };
}

async function entriesOf(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') throw error;
    throw sluiceError('ERR_FILE_EXISTS', { path: dir, hint: 'It is a file; name a folder.' }, error);
  }
}

async function filesOf(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .sort();
}

/** False when the file was there. @throws ERR_FILE_WRITE */
async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await makeFolder(dirname(path));
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw sluiceError('ERR_FILE_WRITE', { path, reason: systemReason(error) }, error);
  }
}

function placeholders(root: string, dir: string): Readonly<Record<string, string>> {
  const { version, dependencies, devDependencies } = ownManifest(root);
  const name = basename(dir)
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return {
    ...devDependencies,
    ...dependencies,
    name: name || 'my-pipelines',
    sluice: ownSpec(root, dir) ?? version,
  };
}

/**
 * Where the new project gets Sluice from: the checkout that this command runs from (it has the sources' git folder), or what the project says in
 * which it is installed, be that a file. Undefined for a global installation.
 */
function ownSpec(root: string, dir: string): string | undefined {
  const fileAt = (path: string): string => `file:${slashes(relative(dir, path) || '.')}`;
  if (existsSync(join(root, '.git'))) return fileAt(root);
  const around = dirname(dirname(root));
  const file = join(around, 'package.json');
  if (basename(dirname(root)) !== 'node_modules' || !existsSync(file)) return undefined;
  const { dependencies, devDependencies }: Partial<OwnManifest> = JSON.parse(readFileSync(file, 'utf8'));
  const spec = dependencies?.['sluice'] ?? devDependencies?.['sluice'];
  return spec?.startsWith('file:') ? fileAt(resolve(around, spec.slice('file:'.length))) : spec;
}

const slashes = (path: string): string => path.split(sep).join('/');

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{\{([^{}]+)\}\}/g, (all, name: string) => values[name] ?? all);
