import type { JsonSchema } from './json-schema.ts';
import { kebabCase } from './param-specs.ts';

/** A place in the parameters: a field, an object of fields, or a key of a record. */
export interface ParamPlace {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
}

/**
 * What a flag's name means: `weight_decay`, `weight-decay`, `split.train`, `labels.anyKey` of a record. The exact name goes before the kebab-case form.
 * Undefined when the schema has no such place.
 */
export function findParam(schema: JsonSchema, name: string): ParamPlace | undefined {
  let place: ParamPlace | undefined = { path: [], schema };
  for (const segment of name.split('.')) {
    place = place && childOf(place, segment);
    if (!place) return undefined;
  }
  return place;
}

function childOf({ path, schema }: ParamPlace, segment: string): ParamPlace | undefined {
  const properties = schema.properties ?? {};
  const key = Object.hasOwn(properties, segment)
    ? segment
    : Object.keys(properties).find((property) => kebabCase(property) === segment);
  if (key !== undefined) return { path: [...path, key], schema: properties[key] ?? {} };
  // A pipeline without a schema of its fields takes whatever it is given.
  if (path.length === 0 && schema.properties === undefined) return undefined;
  const extra = schema.additionalProperties;
  return typeof extra === 'object' && segment !== '' ? { path: [...path, segment], schema: extra } : undefined;
}
