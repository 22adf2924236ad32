import { z } from '@hono/zod-openapi';

/** What every answer of 400 and above says. No stack trace of ours, and no path that the user didn't give. */
export const ApiError = z
  .object({
    error: z.object({
      /** Of the table in ARCHITECTURE.md. */
      code: z.string(),
      message: z.string(),
      hint: z.string(),
      /** Where in a filter's text the fault is, in characters. */
      at: z.number().int().optional(),
      length: z.number().int().optional(),
    }),
  })
  .openapi('Error');
export type ApiError = z.infer<typeof ApiError>;
