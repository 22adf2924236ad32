import { z } from '@hono/zod-openapi';

/** Why a run, a step or an attempt failed. */
export const StoredError = z
  .object({
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    /** Frames of the user's code only, TypeScript lines. */
    stack: z.string().optional(),
  })
  .readonly()
  .openapi('StoredError');
export type StoredError = z.infer<typeof StoredError>;
