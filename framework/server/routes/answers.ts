import { z } from '@hono/zod-openapi';
import { ApiError } from '../api/api-error.ts';

/** Of a route that answers with data: 200, and what can go wrong. */
export const answers = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  200: { description, content: { 'application/json': { schema } } },
  ...failures,
});

/** Of a route that began something: 202. */
export const accepted = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  202: { description, content: { 'application/json': { schema } } },
  ...failures,
});

const failure = (description: string) => ({ description, content: { 'application/json': { schema: ApiError } } });

const failures = {
  400: failure('The request is not understood'),
  401: failure('A token is needed'),
  403: failure('Not allowed'),
  404: failure('There is no such thing'),
} as const;

/** A run by its id, the beginning of it, its name, or `latest`. */
export const runParam = z.object({
  ref: z
    .string()
    .min(1)
    .max(200)
    .openapi({ param: { name: 'ref', in: 'path' }, description: 'Id, its beginning, name, or `latest`' }),
});

export const nodeParam = runParam.extend({
  node: z
    .string()
    .min(1)
    .max(500)
    .openapi({ param: { name: 'node', in: 'path' }, description: 'Id of the node in the plan' }),
});

/** A whole number in a query. */
export const count = (least: number, most: number, fallback: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback).openapi({ type: 'integer' });

/** Where a list goes on. */
export const after = z.string().max(1000).optional();

/** `a,b` and `?x=a&x=b`; undefined where nothing is named. */
export const listOf = (most = 100) =>
  z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => {
      const named = [value ?? []].flat().flatMap((one) => one.split(',').filter((name) => name !== ''));
      return named.length === 0 ? undefined : named;
    })
    .refine((values) => (values?.length ?? 0) <= most, { message: `names at most ${most}` })
    .openapi({ type: 'string', description: 'Separated by commas' });
