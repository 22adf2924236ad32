import { z } from '@hono/zod-openapi';
import { pageOf } from './page-of.ts';
import { OutputField } from './step.ts';

export const CacheItem = z
  .object({
    key: z.string(),
    step: z.string(),
    /** The step run that made it; its run's record may be gone. */
    origin: z.object({ run: z.string(), node: z.string() }),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
    size: z.number(),
    output: z.array(OutputField).readonly(),
  })
  .openapi('CacheItem');
export type CacheItem = z.infer<typeof CacheItem>;

export const CachePage = pageOf(CacheItem).openapi('CachePage');
export type CachePage = z.infer<typeof CachePage>;

/** How often the cache spared work since `since`. */
export const CacheSummary = z
  .object({
    since: z.string(),
    entries: z.number().int(),
    hits: z.number().int(),
    misses: z.number().int(),
    /** What the hits took when they were computed. */
    savedMs: z.number(),
    steps: z
      .array(
        z.object({
          step: z.string(),
          entries: z.number().int(),
          hits: z.number().int(),
          misses: z.number().int(),
          savedMs: z.number(),
        }),
      )
      .readonly(),
  })
  .openapi('CacheSummary');
export type CacheSummary = z.infer<typeof CacheSummary>;

/** Which results are to be forgotten: at least one of the four. */
export const Invalidation = z
  .strictObject({
    step: z.string().max(200).optional(),
    run: z.string().max(200).optional(),
    /** Beginning of a key. */
    key: z.string().max(64).optional(),
    /** `7d`, `2026-11-20`. */
    olderThan: z.string().max(40).optional(),
    /** Only counts. */
    dryRun: z.boolean().default(false),
  })
  .openapi('Invalidation');
export type Invalidation = z.infer<typeof Invalidation>;

export const Invalidated = z.object({ invalidated: z.number().int(), dryRun: z.boolean() }).openapi('Invalidated');
export type Invalidated = z.infer<typeof Invalidated>;
