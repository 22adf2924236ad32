import { z } from '@hono/zod-openapi';

/** Data of any shape that JSON can carry. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Not checked on the way out: it was data when it was stored. */
export const JsonValue = z
  .custom<JsonValue>()
  .openapi({ description: 'Any JSON value', type: ['null', 'boolean', 'number', 'string', 'array', 'object'] });
