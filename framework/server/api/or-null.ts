import { z } from '@hono/zod-openapi';

/** A schema with a name of its own, or null. What `nullable` makes of one is written down as a reference to it, without the null. */
export const orNull = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, z.null()]);
