import { z } from '@hono/zod-openapi';

/** One page of a list. `next` is the `after` of the page that follows, null at the end. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item).readonly(), next: z.string().nullable() });
