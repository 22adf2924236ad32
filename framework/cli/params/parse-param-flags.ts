import { isPlain } from '../../dag/output-ref.ts';
import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { coerceText } from './coerce-text.ts';
import { findParam, type ParamPlace } from './find-param.ts';
import { branchesOf, isBoolean, isList, type JsonSchema, typeText } from './json-schema.ts';
import { paramSpecs } from './param-specs.ts';

export interface ParamFlags {
  /** Whose parameters they are, as messages say it. */
  readonly pipeline: string;
  /** JSON schema of the pipeline's parameters. */
  readonly schema: JsonSchema;
  /** What the verb itself did not understand: `['--epochs', '3', '--no-mosaic']`. */
  readonly words: readonly string[];
  /** Flags of the verb, with their dashes: they can be meant as well. */
  readonly verbFlags?: readonly string[];
  /** Texts that are taken as they stand, whatever the schema asks for: references. */
  readonly isVerbatim?: (text: string) => boolean;
  /** Makes the error. Default: ERR_PARAMS of the pipeline. */
  readonly refuse?: (problems: readonly string[]) => Error;
}

/**
 * Parameters from the command line, as nested data.
 *
 * `--name value`, `--name=value`, `--flag` and `--no-flag`, `--list a,b` and `--list a --list b`, `--outer.inner value`, each in kebab-case as well.
 * `--param.NAME` is always the parameter NAME, where the verb has a flag of that name too. The last of several values counts, but of a list all.
 *
 * @throws ERR_PARAMS with one sentence for each wrong flag or value.
 */
export function parseParamFlags(flags: ParamFlags): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  const listsSeen = new Set<string>();
  const words = [...flags.words];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (!word.startsWith('--') || word === '--') {
      problems.push(strayWord(word));
      continue;
    }
    const equals = word.indexOf('=');
    const flag = equals < 0 ? word : word.slice(0, equals);
    const read = readFlag(flags, flag, equals < 0 ? undefined : word.slice(equals + 1), words);
    if ('problem' in read) problems.push(read.problem);
    else setValue(values, read.place, read.value, listsSeen);
  }
  if (problems.length > 0) {
    throw flags.refuse?.(problems) ?? sluiceError('ERR_PARAMS', { pipeline: flags.pipeline, problems });
  }
  return values;
}

type Read = { readonly place: ParamPlace; readonly value: unknown } | { readonly problem: string };

/** Takes the flag's value from `rest` where it has one. */
function readFlag(flags: ParamFlags, flag: string, attached: string | undefined, rest: string[]): Read {
  const name = flag.slice(2).replace(/^param\./, '');
  const place = findParam(flags.schema, name);
  if (!place) {
    const negated = name.startsWith('no-') ? findParam(flags.schema, name.slice(3)) : undefined;
    if (negated && isBoolean(negated.schema) && attached === undefined) return { place: negated, value: false };
    takeValue(rest);
    return { problem: unknownFlag(flags, flag, name) };
  }
  if (attached === undefined && isBoolean(place.schema)) {
    const spoken = rest[0] === 'true' || rest[0] === 'false' ? rest.shift() : 'true';
    return { place, value: spoken === 'true' };
  }
  const text = attached ?? takeValue(rest);
  if (text === undefined) return { problem: `${flag} needs a value: ${typeText(place.schema)}.` };
  if (flags.isVerbatim?.(text)) return { place, value: text };
  const result = coerceText(place.schema, text);
  if (result.ok) return { place, value: result.value };
  const meant = result.instead === undefined ? '' : ` Did you mean ${result.instead}?`;
  return { problem: `${flag}: expected ${result.expected}, got "${text}".${meant}` };
}

/** The next word, unless it is a flag; `-0.5` is a value. */
const takeValue = (rest: string[]): string | undefined => (rest[0]?.startsWith('--') ? undefined : rest.shift());

function unknownFlag({ pipeline, schema, verbFlags = [] }: ParamFlags, flag: string, name: string): string {
  const known = paramSpecs(schema).map((spec) => spec.name);
  const candidates = [...known, ...verbFlags.map((verbFlag) => verbFlag.slice(2))];
  const bare = name.replace(/^no-/, '');
  const meant = nearest(name, candidates) ?? (bare === name ? undefined : nearest(bare, known));
  if (meant !== undefined) return `There is no ${flag}. Did you mean --${meant}?`;
  return known.length > 0
    ? `There is no ${flag}; ${pipeline} has ${known.map((one) => `--${one}`).join(', ')}.`
    : `There is no ${flag}; ${pipeline} has no parameters.`;
}

const strayWord = (word: string): string =>
  `"${word}" belongs to no flag. Separate the items of a list by commas, and quote a value that has spaces.`;

function setValue(
  values: Record<string, unknown>,
  { path, schema }: ParamPlace,
  value: unknown,
  listsSeen: Set<string>,
): void {
  let at = values;
  for (const key of path.slice(0, -1)) {
    const inner: Record<string, unknown> = isPlain(at[key]) ? { ...at[key] } : {};
    at[key] = inner;
    at = inner;
  }
  const last = path.at(-1) ?? '';
  const id = path.join('.');
  const before = at[last];
  const tuple = branchesOf(schema).some(({ prefixItems }) => prefixItems !== undefined);
  const grows = isList(schema) && !tuple && listsSeen.has(id) && Array.isArray(before) && Array.isArray(value);
  at[last] = grows ? [...before, ...value] : value;
  listsSeen.add(id);
}
