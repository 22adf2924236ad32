import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isPipeline, type PipelineClass, type PipelineDefinition, pipelineDefinition } from '../authoring/pipeline.ts';
import { registerTypeScriptLoader } from '../code/typescript-loader.ts';
import { ERRORS, sluiceError } from '../errors.ts';
import type { Project } from './project.ts';

export interface FoundPipeline {
  readonly target: PipelineClass;
  readonly definition: PipelineDefinition;
  /** Absolute path of the file it was found in. */
  readonly file: string;
}

const SUFFIX = /\.pipeline\.[cm]?[jt]s$/;
const SOURCE = /\.[cm]?[jt]s$/;

/**
 * A pipeline by its name, or by the path of its file (`FILE#NAME` where a file holds several). Looked for in the project's `pipelines/`, then among
 * those that come with Sluice. Only files that can hold the name are imported.
 *
 * @throws ERR_PIPELINE_NOT_FOUND; ERR_PIPELINE_IMPORT, the cause being what importing the file threw.
 */
export async function findPipeline(
  reference: string,
  options: { readonly project: Project; readonly cwd: string },
): Promise<FoundPipeline> {
  registerTypeScriptLoader({ cacheDir: join(options.project.home, 'cache') });
  const [path = '', name] = reference.split('#', 2);
  return looksLikePath(path) ? fromFile(resolve(options.cwd, path), name) : fromName(reference, options.project);
}

/** Every pipeline that can be named in the project, by importing all its files: for lists and completion. A file that does not load is left out. */
export async function listPipelines(project: Project): Promise<readonly FoundPipeline[]> {
  registerTypeScriptLoader({ cacheDir: join(project.home, 'cache') });
  const found = await Promise.all(
    pipelineFiles(project).map((file) => pipelinesIn(file).catch((): FoundPipeline[] => [])),
  );
  const byName = new Map<string, FoundPipeline>();
  for (const pipeline of found.flat()) {
    if (!byName.has(pipeline.definition.name)) byName.set(pipeline.definition.name, pipeline);
  }
  return [...byName.values()];
}

/** Names as the files' text shows them, without importing anything: for suggestions. */
export const pipelineNames = (project: Project): readonly string[] => namedPipelines(project).map(({ name }) => name);

/** The same with the file that each name stands in first. */
export function namedPipelines(project: Project): readonly { readonly name: string; readonly file: string }[] {
  const found = new Map<string, string>();
  for (const file of pipelineFiles(project)) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(NAMED)) if (!found.has(name)) found.set(name, file);
  }
  return [...found].map(([name, file]) => ({ name, file }));
}

const NAMED = /@pipeline\(\s*\{[^}]*?\bname:\s*['"`]([^'"`]+)['"`]/g;

const looksLikePath = (text: string): boolean =>
  SOURCE.test(text) || isAbsolute(text) || text.startsWith('.') || text.includes('/') || text.includes(sep);

async function fromFile(file: string, name: string | undefined): Promise<FoundPipeline> {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw sluiceError('ERR_FILE_NOT_FOUND', { path: file, what: 'Pipeline file' });
  }
  const inside = await pipelinesIn(file);
  const wanted = name === undefined ? inside : inside.filter(({ definition }) => definition.name === name);
  if (wanted.length === 1) return wanted[0]!;
  const known = inside.map(({ definition }) => definition.name);
  throw sluiceError('ERR_PIPELINE_NOT_FOUND', {
    reference: name ?? file,
    known,
    where: file,
    isAmbiguous: wanted.length > 1,
  });
}

async function fromName(name: string, project: Project): Promise<FoundPipeline> {
  for (const file of likelyFirst(pipelineFiles(project), name)) {
    if (!mayHold(file, name)) continue;
    const found = (await pipelinesIn(file)).find(({ definition }) => definition.name === name);
    if (found) return found;
  }
  throw sluiceError('ERR_PIPELINE_NOT_FOUND', {
    reference: name,
    known: pipelineNames(project),
    where: join(project.dir, 'pipelines'),
    isAmbiguous: false,
  });
}

/** `pipelines/*.pipeline.ts` of the project, then those of the Sluice package, each by name. */
function pipelineFiles(project: Project): string[] {
  const folders = new Set([join(project.dir, 'pipelines'), join(packageDir(), 'pipelines')]);
  return [...folders].filter(existsSync).flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => SUFFIX.test(file))
      .sort()
      .map((file) => join(folder, file)),
  );
}

const likelyFirst = (files: readonly string[], name: string): string[] => {
  const bare = (file: string): string => basename(file).replace(SUFFIX, '').replace(/^\d+-/, '');
  return [...files.filter((file) => bare(file) === name), ...files.filter((file) => bare(file) !== name)];
};

/** A name that isn't in the text may still be put together there: then only a file named after the pipeline is worth importing. */
const mayHold = (file: string, name: string): boolean =>
  readFileSync(file, 'utf8').includes(name) || basename(file, extname(file)).includes(name);

async function pipelinesIn(file: string): Promise<FoundPipeline[]> {
  const exported = await exportsOf(file);
  const classes = new Set(Object.values(exported).filter(isPipeline));
  return [...classes].map((target) => ({ target, definition: pipelineDefinition(target), file }));
}

async function exportsOf(file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    // Ours, of this or of a second copy of the engine, say by themselves what is wrong where.
    if (isOwnError(error)) throw error;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw sluiceError('ERR_PIPELINE_IMPORT', { file, reason }, error);
  }
}

const isOwnError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && Object.hasOwn(ERRORS, String(error.code));

/** Folder of the Sluice package: the one with its package.json, above the bundle as above the source. */
function packageDir(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
