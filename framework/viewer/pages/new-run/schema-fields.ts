import type { JsonValue } from '../../../server/api/json-value.ts';

type Schema = { readonly [name: string]: JsonValue };

/** One parameter as a form asks for it. */
export interface SchemaField {
  /** `split.train` */
  readonly path: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice' | 'json';
  readonly choices: readonly JsonValue[];
  readonly initial: JsonValue | undefined;
  readonly description: string;
  /** An empty field means null. */
  readonly isNullable: boolean;
}

const isSchema = (value: JsonValue | undefined): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** `anyOf [X, null]` is X that may be empty. */
function withoutNull(schema: Schema): { readonly schema: Schema; readonly isNullable: boolean } {
  const options = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(options)) {
    const type = schema['type'];
    if (!Array.isArray(type) || !type.includes('null')) return { schema, isNullable: false };
    const rest = type.filter((each: JsonValue) => each !== 'null');
    return { schema: { ...schema, type: rest.length === 1 ? rest[0]! : rest }, isNullable: true };
  }
  const real = options.filter((each: JsonValue) => !isSchema(each) || each['type'] !== 'null');
  const isNullable = real.length < options.length;
  const only: JsonValue | undefined = real.length === 1 ? real[0] : undefined;
  return { schema: isSchema(only) ? { ...schema, anyOf: null, ...only } : schema, isNullable };
}

function kindOf(schema: Schema): SchemaField['kind'] {
  if (Array.isArray(schema['enum'])) return 'choice';
  switch (schema['type']) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'json';
  }
}

/**
 * The parameters of a pipeline as fields of a form, those of nested objects by their paths. What has no field of its own (lists, unions) is asked for as JSON.
 *
 * @param schema JSON schema of the whole
 */
export function schemaFields(schema: Schema, prefix = ''): readonly SchemaField[] {
  const properties = schema['properties'];
  if (!isSchema(properties)) return [];
  return Object.entries(properties).flatMap(([name, given]): readonly SchemaField[] => {
    if (!isSchema(given)) return [];
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const { schema: own, isNullable } = withoutNull(given);
    if (own['type'] === 'object' && isSchema(own['properties']) && !isNullable) return schemaFields(own, path);
    const choices = own['enum'];
    return [
      {
        path,
        kind: kindOf(own),
        choices: Array.isArray(choices) ? choices : [],
        initial: given['default'],
        description: text(given['description']) || text(own['description']),
        isNullable,
      },
    ];
  });
}
