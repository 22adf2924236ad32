import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { COMPONENT_KINDS, type ComponentKind } from './component-kind.ts';
import { replaceFile } from './files/write-file.ts';
import type { Flavor } from './flavor.ts';
import { builtInFlavors } from './flavors.ts';
import type { Project } from './project.ts';
import { EMBEDDED_FLAVORS } from './stack-config.ts';

type Schema = Readonly<Record<string, unknown>>;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';
/** What stands where a number, a boolean or a choice is expected and a reference is given. */
const REFERENCE: Schema = {
  type: 'string',
  pattern: '\\$\\{(env:[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?|secret:[A-Za-z0-9_][A-Za-z0-9_.-]*)\\}',
  description: '${env:NAME}, ${env:NAME:-default} or ${secret:NAME}',
};
const DESCRIPTION: Schema = { type: 'string', description: 'What it is, for people' };

/** JSON schemas by file name: of stack files (`stack.json`) and of registered components (`artifact_store.json` …), made from the flavors' zod schemas. */
export async function stackSchemas(): Promise<Readonly<Record<string, Schema>>> {
  const components = await Promise.all(
    COMPONENT_KINDS.map(async (kind) => [kind, await componentSchema(kind)] as const),
  );
  const kinds = components.map(([kind, schema]) => {
    const named: Schema = { type: 'string', description: `Name of a component below stacks/components/${kind}/` };
    const description = `Left out: ${EMBEDDED_FLAVORS[kind]}`;
    return [kind, { description, anyOf: [named, ...(schema['anyOf'] as Schema[])] }];
  });
  const stack: Schema = {
    $schema: DIALECT,
    title: 'A stack of Sluice',
    type: 'object',
    properties: { description: DESCRIPTION, ...Object.fromEntries(kinds) },
    additionalProperties: false,
  };
  const files = components.map(([kind, schema]) => [
    `${kind}.json`,
    { $schema: DIALECT, title: `A component of Sluice: ${kind}`, ...schema },
  ]);
  return { 'stack.json': stack, ...Object.fromEntries(files) };
}

const schemaFolder = (project: Project): string => join(project.dir, 'stacks', 'schema');
export const schemaText = (schema: Schema): string => `${JSON.stringify(schema, undefined, 2)}\n`;

/** Writes them below `stacks/schema/`, over older ones. @returns the files. */
export async function writeSchemas(project: Project): Promise<readonly string[]> {
  const schemas = Object.entries(await stackSchemas());
  return Promise.all(
    schemas.map(async ([name, schema]) => {
      const file = join(schemaFolder(project), name);
      await replaceFile(file, schemaText(schema));
      return file;
    }),
  );
}

/** For verbs that write files which name a schema: it should be there. */
export async function writeMissingSchemas(project: Project): Promise<void> {
  if (!existsSync(join(schemaFolder(project), 'stack.json'))) await writeSchemas(project);
}

async function componentSchema(kind: ComponentKind): Promise<Schema> {
  const flavors = await builtInFlavors(kind);
  const own: Schema = {
    type: 'object',
    description: 'A flavor of your own: ./my-flavor.ts, or a package',
    properties: { flavor: { type: 'string', not: { enum: flavors.map(({ name }) => name) } } },
    required: ['flavor'],
  };
  return { anyOf: [...flavors.map(flavorSchema), own] };
}

function flavorSchema({ name, description, options }: Flavor): Schema {
  const schema = options.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Schema;
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  const withReferences = Object.entries(properties).map(([option, of]) => [option, orReference(of)]);
  return {
    type: 'object',
    description,
    properties: { flavor: { const: name }, description: DESCRIPTION, ...Object.fromEntries(withReferences) },
    required: ['flavor', ...((schema['required'] ?? []) as string[])],
    additionalProperties: schema['additionalProperties'] ?? true,
  };
}

/** The schema of an option, or a reference; free text takes one anyway. */
function orReference(schema: Schema): Schema {
  const { description, default: fallback, ...rest } = schema;
  const isFreeText =
    rest['type'] === 'string' && Object.keys(rest).every((key) => key === 'type' || key === 'minLength');
  if (isFreeText) return schema;
  const about = {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
  };
  if (rest['type'] !== 'object' || typeof rest['properties'] !== 'object')
    return { ...about, anyOf: [rest, REFERENCE] };
  const inner = Object.entries(rest['properties'] as Record<string, Schema>).map(([key, of]) => [key, orReference(of)]);
  return { ...about, ...rest, properties: Object.fromEntries(inner) };
}
