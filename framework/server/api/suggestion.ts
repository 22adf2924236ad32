import { z } from '@hono/zod-openapi';

/** What may come next in a filter's text. */
export const Suggestions = z
  .object({
    items: z
      .array(
        z.object({
          /** What stands in place of characters `from` to `to` when it is chosen. */
          text: z.string(),
          detail: z.string(),
        }),
      )
      .readonly(),
    from: z.number().int(),
    to: z.number().int(),
    /** What is wrong with the text as it stands. */
    problem: z
      .object({ message: z.string(), hint: z.string(), at: z.number().int(), length: z.number().int() })
      .nullable(),
  })
  .openapi('Suggestions');
export type Suggestions = z.infer<typeof Suggestions>;
