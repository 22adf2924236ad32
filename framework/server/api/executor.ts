import { z } from '@hono/zod-openapi';
import { Status } from './status.ts';

/** A process that runs pipelines now, with what it is at. */
export const ExecutorView = z
  .object({
    id: z.string(),
    host: z.string(),
    pid: z.number().int(),
    startedAt: z.string(),
    /** It runs on the machine that the viewer runs on. */
    thisMachine: z.boolean(),
    runs: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          pipeline: z.string(),
          status: Status,
          stack: z.string(),
          startedAt: z.string().nullable(),
          /** Step runs by state; states that none has are absent. */
          counts: z.partialRecord(Status, z.number().int()),
          /** Those that run now, at most 50. */
          steps: z
            .array(
              z.object({
                /** The node's id in the plan. */
                id: z.string(),
                step: z.string(),
                startedAt: z.string().nullable(),
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
  })
  .openapi('Executor');
export type ExecutorView = z.infer<typeof ExecutorView>;

export const ExecutorList = z.object({ items: z.array(ExecutorView).readonly() }).openapi('ExecutorList');
export type ExecutorList = z.infer<typeof ExecutorList>;
