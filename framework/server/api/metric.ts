import { z } from '@hono/zod-openapi';

/** `x, value, time`: x as the step gave it (an epoch, a batch), time in ISO 8601. Null stands for a value that is not a number. */
export const MetricPoint = z.tuple([z.number(), z.number().nullable(), z.string()]).readonly();
export type MetricPoint = z.infer<typeof MetricPoint>;

/** One curve: at most 2,000 points, the least and the greatest of every stretch kept. */
export const Series = z
  .object({
    /** The node. */
    step: z.string(),
    name: z.string(),
    points: z.array(MetricPoint).readonly(),
    /** Points that were recorded. */
    count: z.number().int(),
    last: z.number().nullable(),
    min: z.number().nullable(),
    max: z.number().nullable(),
  })
  .openapi('Series');
export type Series = z.infer<typeof Series>;

/** What a step told its tracker beside metrics. */
export const TrackedValue = z
  .object({ step: z.string(), kind: z.enum(['param', 'tag', 'dataset']), name: z.string(), value: z.string() })
  .openapi('TrackedValue');
export type TrackedValue = z.infer<typeof TrackedValue>;

export const RunMetrics = z
  .object({ series: z.array(Series).readonly(), values: z.array(TrackedValue).readonly() })
  .openapi('RunMetrics');
export type RunMetrics = z.infer<typeof RunMetrics>;
