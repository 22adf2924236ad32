/** The part of JSON Schema that zod writes and the command reads. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  /** `false` in tuples. */
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly default?: unknown;
  readonly description?: string;
  readonly $ref?: string;
}

/** The members of a union; a schema that is none is its own only member. `type: ['string', 'null']` is a union too. */
export function branchesOf(schema: JsonSchema): readonly JsonSchema[] {
  const members = schema.anyOf ?? schema.oneOf;
  if (members) return members.flatMap(branchesOf);
  const { type } = schema;
  return Array.isArray(type) ? type.map((one: string) => ({ ...schema, type: one })) : [schema];
}

/** A branch that takes text as it is, so that commas and braces in it mean nothing. */
export const takesAnyText = (schema: JsonSchema): boolean =>
  branchesOf(schema).some(
    (branch) => branch.type === 'string' && branch.enum === undefined && branch.const === undefined,
  );

export const isBoolean = (schema: JsonSchema): boolean =>
  branchesOf(schema).some(({ type }) => type === 'boolean') && !takesAnyText(schema);

export const isList = (schema: JsonSchema): boolean => branchesOf(schema).some(({ type }) => type === 'array');

/** What a value of this schema looks like, in a word or two: `number`, `SGD|AdamW`, `list of string`. */
export function typeText(schema: JsonSchema): string {
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return schema.enum.map(String).join('|');
  const branches = branchesOf(schema);
  if (branches.length > 1) return [...new Set(branches.map(typeText))].join('|');
  const branch = branches[0] ?? schema;
  switch (branch.type) {
    case 'array': {
      if (branch.prefixItems) return branch.prefixItems.map(typeText).join(',');
      return `list of ${typeof branch.items === 'object' ? typeText(branch.items) : 'values'}`;
    }
    case 'object':
      return 'JSON object';
    case undefined:
      return 'value';
    default:
      return String(branch.type);
  }
}
