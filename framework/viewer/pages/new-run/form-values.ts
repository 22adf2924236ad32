import type { JsonValue } from '../../../server/api/json-value.ts';
import type { SchemaField } from './schema-fields.ts';

type Values = { readonly [name: string]: JsonValue };

const isValues = (value: JsonValue | undefined): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path; undefined where there is none. */
export const valueAt = (values: JsonValue | undefined, path: string): JsonValue | undefined =>
  path.split('.').reduce<JsonValue | undefined>((at, name) => (isValues(at) ? at[name] : undefined), values);

/** A value as its field shows it. */
export function shownValue({ kind }: SchemaField, value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (kind === 'json') return typeof value === 'string' ? value : JSON.stringify(value);
  return String(value);
}

/** What a field's text means. @throws Error in words for people */
export function readValue({ kind, choices, isNullable }: SchemaField, shown: string): JsonValue | undefined {
  if (shown.trim() === '' && kind !== 'text') return isNullable ? null : undefined;
  if (shown === '' && isNullable) return null;
  switch (kind) {
    case 'text':
      return shown;
    case 'boolean':
      return shown === 'true';
    case 'choice':
      return choices.find((choice) => String(choice) === shown) ?? shown;
    case 'number': {
      const value = Number(shown);
      // What JSON has no number for would become null on its way.
      if (!Number.isFinite(value)) throw new Error(`“${shown}” is not a number.`);
      return value;
    }
    case 'json':
      return jsonOrText(shown);
  }
}

/** A union of text and something else takes words without quotes; a list or an object that is begun has to be right. */
function jsonOrText(shown: string): JsonValue {
  try {
    return JSON.parse(shown) as JsonValue;
  } catch (error) {
    if (/^\s*[[{"]/.test(shown)) throw new Error(`This is not JSON: ${(error as Error).message}`);
    return shown;
  }
}

/** The same values with one changed; undefined takes it out, so that the default holds. */
export function withValue(values: Values, path: string, value: JsonValue | undefined): Values {
  const [name = '', ...rest] = path.split('.');
  const { [name]: old, ...others } = values;
  if (rest.length > 0) {
    const inner = withValue(isValues(old) ? old : {}, rest.join('.'), value);
    return { ...values, [name]: inner };
  }
  return value === undefined ? others : { ...values, [name]: value };
}
