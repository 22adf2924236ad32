import { isBoolean, isList, type JsonSchema, typeText } from './json-schema.ts';

/** One parameter that a flag can set: a leaf of the schema's objects. */
export interface ParamSpec {
  readonly path: readonly string[];
  /** `split.train`: what follows the two dashes. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly type: string;
  readonly list: boolean;
  readonly boolean: boolean;
  readonly required: boolean;
  /** Absent where there is none. */
  readonly default?: unknown;
  readonly description?: string;
}

/** A zod schema, seen as what can describe itself; a schema of another copy of zod does as well. */
export interface DescribesItself {
  toJSONSchema(options: { readonly io: 'input'; readonly unrepresentable: 'any' }): object;
}

/** The JSON schema of what a pipeline takes; `{}` for one without parameters. */
export const inputSchema = (params: DescribesItself | undefined): JsonSchema =>
  params ? params.toJSONSchema({ io: 'input', unrepresentable: 'any' }) : {};

interface Parent {
  readonly path: readonly string[];
  readonly default: unknown;
  readonly required: boolean;
}
const TOP: Parent = { path: [], default: undefined, required: true };

/** Every parameter in the schema's order, nested objects opened. */
export function paramSpecs(schema: JsonSchema, parent: Parent = TOP): ParamSpec[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const at = [...parent.path, key];
    const fallback = child.default === undefined ? fieldOf(parent.default, key) : child.default;
    const needed = parent.required && (schema.required?.includes(key) ?? false);
    if (child.properties) {
      // A default of the object, even an empty one, makes zod fill in the fields' own defaults: they stay required where they have none.
      return paramSpecs(child, { path: at, default: fallback, required: needed || child.default !== undefined });
    }
    return [
      {
        path: at,
        name: at.join('.'),
        schema: child,
        type: typeText(child),
        list: isList(child),
        boolean: isBoolean(child),
        required: needed && fallback === undefined,
        ...(fallback !== undefined && { default: fallback }),
        ...(child.description !== undefined && { description: child.description }),
      },
    ];
  });
}

const fieldOf = (value: unknown, key: string): unknown =>
  value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[key] : undefined;

/** `splitFile` → `split-file`, `weight_decay` → `weight-decay`, dots kept. */
export const kebabCase = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
