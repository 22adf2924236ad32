import { z } from '@hono/zod-openapi';
import { JsonValue } from './json-value.ts';

export const LogItem = z
  .object({
    /** The node. */
    step: z.string(),
    attempt: z.number().int(),
    /** Counts the lines of its step from 1. */
    seq: z.number().int(),
    time: z.string(),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    source: z.enum(['log', 'stdout', 'stderr']),
    message: z.string(),
    fields: z.record(z.string(), JsonValue).nullable(),
    /** The line was longer than 16,384 characters; the download has all of it. */
    truncated: z.boolean(),
  })
  .openapi('LogItem');
export type LogItem = z.infer<typeof LogItem>;

/** Lines of a run by time. Without a cursor: the last ones. */
export const LogPage = z
  .object({
    items: z.array(LogItem).readonly(),
    /** The `after` of what comes next. Also at the end, so that one who follows asks again with it; null while there is no line at all. */
    next: z.string().nullable(),
    /** The `before` of what comes earlier; null at the beginning. */
    previous: z.string().nullable(),
    /** Lines in all with these filters; null when a search would have to read them all to say. */
    total: z.number().int().nullable(),
    /** A search looked through only so much of the log: ask on with `next` or `previous`. */
    searchStopped: z.boolean(),
  })
  .openapi('LogPage');
export type LogPage = z.infer<typeof LogPage>;
