import { z } from 'zod';
import type { ServerApp } from '../../../framework/server/create-app.ts';

interface Answered {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** Holds answers of a server to what it says of itself at `/api/openapi.json`. */
export interface DocumentedAnswers {
  /** What of the answer its documentation does not say; empty when it says all. */
  faults(answer: Answered): readonly string[];
}

type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>>;
}

/** Operations with an answer of data, as `GET /api/runs/{ref}`, that no test has had a good answer of. */
export const answered = new Set<string>();

export function documentedAnswers(app: ServerApp): DocumentedAnswers {
  const document = documentOf(app);
  const operations = operationsOf(document);
  const failure = operations.find(({ name }) => name === 'GET /api/runs')?.responses['404'];
  return {
    faults({ method, path, status, body }) {
      const operation = operations.find((one) => one.method === method && one.pattern.test(path));
      const isGood = status < 400;
      if (operation && isGood) answered.add(operation.name);
      // What refuses a request before it comes to its address says it in the same words as all others.
      const response = operation?.responses[String(status)] ?? (isGood ? undefined : failure);
      const schema = response?.content?.['application/json']?.schema;
      if (!schema) return [`${method} ${path}: an answer of ${status} is not documented`];
      const checked = checkerOf(schema, document).safeParse(body);
      return checked.error?.issues.map((one) => `${method} ${path} ${one.path.join('.')}: ${one.message}`) ?? [];
    },
  };
}

/** `GET /api/runs/{ref}` of everything that answers with data. */
export const documentedOperations = (app: ServerApp): readonly string[] =>
  operationsOf(documentOf(app))
    .filter(({ responses }) =>
      ['200', '202'].some((status) => responses[status]?.content?.['application/json'] !== undefined),
    )
    .map(({ name }) => name);

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Pick<Operation, 'responses'>>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const documentOf = (app: ServerApp): Document =>
  // What it is has no type in the library that a schema could be read from.
  app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: '', version: '' } }) as unknown as Document;

function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
      responses,
    })),
  );
}

const checkers = new WeakMap<Schema, z.ZodType>();

/** The published schema, closed: a field that it does not name is a fault. */
function checkerOf(schema: Schema, { components }: Document): z.ZodType {
  const known = checkers.get(schema);
  if (known) return known;
  const whole = { ...schema, $defs: components.schemas };
  const moved = JSON.parse(
    JSON.stringify(whole).replaceAll('#/components/schemas/', '#/$defs/'),
    (_, value: unknown) => (isObjectSchema(value) ? { additionalProperties: false, ...value } : value),
  ) as Parameters<typeof z.fromJSONSchema>[0];
  const checker = z.fromJSONSchema(moved);
  checkers.set(schema, checker);
  return checker;
}

const isObjectSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && 'properties' in value && 'type' in value && value.type === 'object';
