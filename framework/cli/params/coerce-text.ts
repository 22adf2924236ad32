import { nearest } from '../../nearest.ts';
import { branchesOf, type JsonSchema, takesAnyText, typeText } from './json-schema.ts';

/** The value that a text stands for, or what was expected instead: `a number`. */
export type Coerced =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly expected: string; readonly instead?: string };

const done = (value: unknown): Coerced => ({ ok: true, value });
const wrong = (expected: string, instead?: string): Coerced => ({
  ok: false,
  expected,
  ...(instead !== undefined && { instead }),
});

/** Decimal, with exponent; no hexadecimal, no blank, no Infinity: `Number('')` is 0 and would hide a slip. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads the text of a flag as its schema asks: `5e-3` a number, `true` a boolean, `a,b` a list (also as JSON, `["a","b"]`),
 * `{"k":1}` an object, `null` nothing where nothing is allowed. Of a union the first member that fits counts, free text last.
 * Ranges and patterns are left to the schema itself.
 */
export function coerceText(schema: JsonSchema, text: string): Coerced {
  const branches = [...branchesOf(schema)].sort((a, b) => Number(takesAnyText(a)) - Number(takesAnyText(b)));
  let first: Coerced | undefined;
  for (const branch of branches) {
    const result = coerceBranch(branch, text);
    if (result.ok) return result;
    first ??= branch.type === 'null' ? undefined : result;
  }
  if (branches.length === 1 && first) return first;
  const said = branches.map((branch) => coerceBranch(branch, text)).flatMap((result) => (result.ok ? [] : [result]));
  const instead = said.find((result) => result.instead !== undefined)?.instead;
  return wrong([...new Set(said.map(({ expected }) => expected))].join(' or '), instead);
}

function coerceBranch(schema: JsonSchema, text: string): Coerced {
  if (schema.const !== undefined) return coerceChoice([schema.const], text);
  if (schema.enum) return coerceChoice(schema.enum, text);
  switch (schema.type) {
    case 'number':
      return NUMBER.test(text.trim()) ? done(Number(text)) : wrong('a number');
    case 'integer':
      return NUMBER.test(text.trim()) && Number.isInteger(Number(text)) ? done(Number(text)) : wrong('a whole number');
    case 'boolean':
      return text === 'true' || text === 'false' ? done(text === 'true') : wrong('true or false');
    case 'null':
      return text === 'null' ? done(null) : wrong('null');
    case 'string':
      return done(text);
    case 'array':
      return coerceList(schema, text);
    case 'object':
      return text.trimStart().startsWith('{')
        ? coerceJson(text, 'a JSON object')
        : wrong('a JSON object such as {"key":1}');
    default:
      return coerceAnything(text);
  }
}

function coerceChoice(choices: readonly unknown[], text: string): Coerced {
  const found = choices.find((choice) => String(choice) === text);
  if (found !== undefined) return done(found);
  const names = choices.map(String);
  return wrong(names.length === 1 ? `${names[0]}` : `one of ${names.join(', ')}`, nearest(text, names));
}

function coerceList(schema: JsonSchema, text: string): Coerced {
  if (text.trimStart().startsWith('[')) return coerceJson(text, 'a JSON list');
  const items = text === '' ? [] : text.split(',').map((item) => item.trim());
  const values: unknown[] = [];
  for (const [i, item] of items.entries()) {
    const itemSchema = schema.prefixItems?.[i] ?? (typeof schema.items === 'object' ? schema.items : {});
    const result = coerceText(itemSchema, item);
    if (!result.ok) {
      return wrong(`a list of ${typeText(itemSchema)}, and "${item}" in it is not ${result.expected}`, result.instead);
    }
    values.push(result.value);
  }
  return done(values);
}

function coerceJson(text: string, expected: string): Coerced {
  try {
    return done(JSON.parse(text));
  } catch (error) {
    return wrong(`${expected} (${(error as Error).message})`);
  }
}

/** Where the schema says nothing (a transform of anything, `z.any()`): JSON if it is JSON, else the text. */
function coerceAnything(text: string): Coerced {
  const json = coerceJson(text, 'JSON');
  return json.ok ? json : done(text);
}
