import { z } from '@hono/zod-openapi';

/** The lines of the source around the place where an error was thrown, as they were then. */
export const Excerpt = z
  .object({
    /** From the project's folder, with slashes. */
    file: z.string(),
    /** From 1. */
    line: z.number().int(),
    column: z.number().int(),
    /** Number of the first of `lines`. */
    firstLine: z.number().int(),
    lines: z.array(z.string()).readonly(),
  })
  .readonly()
  .openapi('Excerpt');
export type Excerpt = z.infer<typeof Excerpt>;

/** Why a run, a step or an attempt failed. */
export const StoredError = z
  .object({
    code: z.string(),
    message: z.string(),
    hint: z.string().optional(),
    /** Frames of the user's code only, TypeScript lines. */
    stack: z.string().optional(),
    /** Left out in lists; absent where the error came from no file of the project. */
    excerpt: Excerpt.optional(),
  })
  .readonly()
  .openapi('StoredError');
export type StoredError = z.infer<typeof StoredError>;
