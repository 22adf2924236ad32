import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isPlain } from '../../dag/output-ref.ts';
import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import type { JsonSchema } from './json-schema.ts';

/** A `--config` file: what it sets, unchecked but for its shape. */
export interface ConfigFile {
  /** As the user named it. */
  readonly file: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Step name → options that replace those of its decorator. */
  readonly steps: Readonly<Record<string, unknown>>;
  /** Options of the run itself. */
  readonly run: Readonly<Record<string, unknown>>;
}

const SECTIONS = ['params', 'steps', 'run'];

/**
 * Reads parameters from YAML (or JSON, which is YAML): at the top level, or under `params:` with `steps:` and `run:` beside it.
 * The sections are meant when the file has no other keys and the pipeline has no parameter of such a name.
 *
 * @throws ERR_FILE_NOT_FOUND; ERR_CONFIG with line and column for broken YAML, and for unknown parameters with the nearest one.
 */
export async function readConfig(file: string, cwd: string, schema: JsonSchema): Promise<ConfigFile> {
  const top = await readYaml(file, resolve(cwd, file));
  const keys = Object.keys(top);
  const known = Object.keys(schema.properties ?? {});
  const sectioned =
    keys.length > 0 && keys.every((key) => SECTIONS.includes(key)) && !keys.some((key) => known.includes(key));
  const section = (name: string): Record<string, unknown> => {
    const value = top[name] ?? {};
    if (isPlain(value)) return value;
    throw configError(file, `${name}: has to be a mapping of names to values.`, `${name}:\n  name: value`);
  };
  const config = sectioned
    ? { file, params: section('params'), steps: section('steps'), run: section('run') }
    : { file, params: top, steps: {}, run: {} };
  checkNames(config.params, schema, file, '');
  return config;
}

async function readYaml(file: string, path: string): Promise<Record<string, unknown>> {
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(await readText(file, path), { lineCounter: lines, prettyErrors: false });
  const [problem] = document.errors;
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw configError(`${file}:${line}:${col}`, problem.message, 'Mend the YAML at that place.', problem);
  }
  const value: unknown = document.toJS() ?? {};
  if (isPlain(value)) return value;
  throw configError(file, 'has to be a mapping of parameters to values.', 'epochs: 3\nbatch: 16');
}

async function readText(file: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw sluiceError('ERR_FILE_NOT_FOUND', { path: file, what: 'Configuration file' }, error);
    throw configError(file, message, 'It has to be a file that can be read.', error);
  }
}

/** A slip in a name would leave the default in place without a word: names are checked, values are left to the schema. */
function checkNames(values: Readonly<Record<string, unknown>>, schema: JsonSchema, file: string, at: string): void {
  const { properties } = schema;
  if (!properties || typeof schema.additionalProperties === 'object') return;
  for (const [name, value] of Object.entries(values)) {
    const child = properties[name];
    if (!child) {
      const meant = nearest(name, Object.keys(properties));
      const said = meant === undefined ? '' : ` Did you mean ${at}${meant}?`;
      const names = Object.keys(properties).join(', ');
      const isSection = at === '' && SECTIONS.includes(name);
      const sections = isSection
        ? ` Beside ${name}: there may only be params:, steps: and run:, and parameters stand under params:.`
        : '';
      throw configError(file, `there is no parameter ${at}${name}.${said}`, `Parameters are ${names}.${sections}`);
    }
    if (isPlain(value)) checkNames(value, child, file, `${at}${name}.`);
  }
}

export const configError = (file: string, problem: string, fix: string, cause?: unknown) =>
  sluiceError('ERR_CONFIG', { file, problem, fix }, cause);
