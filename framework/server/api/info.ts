import { z } from '@hono/zod-openapi';

/** Where this viewer is, and what whoever looks may do. */
export const Info = z
  .object({
    /** Name of the project's folder. */
    project: z.string(),
    stack: z.string(),
    stacks: z.array(z.string()).readonly(),
    /** Of Sluice. */
    version: z.string(),
    role: z.enum(['read', 'operate']),
    /** `role` is `operate`: cancelling, deleting, running again are allowed. */
    writable: z.boolean(),
    /** Milliseconds since the epoch by the server's clock, so that "2 minutes ago" is right on every machine. */
    now: z.number(),
    pipelines: z.array(z.object({ name: z.string(), source: z.string() })).readonly(),
  })
  .openapi('Info');
export type Info = z.infer<typeof Info>;
