import { z } from '@hono/zod-openapi';
import { JsonValue } from './json-value.ts';
import { orNull } from './or-null.ts';
import { RunSummary } from './run.ts';
import { Status } from './status.ts';

export const PipelineSummary = z
  .object({
    name: z.string(),
    /** Null for a pipeline that is known by its runs alone. */
    source: z.string().nullable(),
    lastRun: orNull(RunSummary),
    runs: z.number().int(),
    /** Of the runs that ended, 0 to 1; null when none did. */
    successRate: z.number().nullable(),
  })
  .openapi('PipelineSummary');
export type PipelineSummary = z.infer<typeof PipelineSummary>;

export const PipelineList = z.object({ items: z.array(PipelineSummary).readonly() }).openapi('PipelineList');
export type PipelineList = z.infer<typeof PipelineList>;

export const Pipeline = z
  .object({
    name: z.string(),
    source: z.string().nullable(),
    /** JSON schema of its parameters as they are given (defaults inside); null when its file can't be read now. */
    schema: z.record(z.string(), JsonValue).nullable(),
    /** Why it can't be read. */
    problem: z.string().nullable(),
  })
  .openapi('Pipeline');
export type Pipeline = z.infer<typeof Pipeline>;

/** Steps × runs; rows as in the newest plan, then steps that only older runs had. */
export const Grid = z
  .object({
    /** Newest first. */
    runs: z.array(RunSummary).readonly(),
    /** Nodes. */
    steps: z.array(z.string()).readonly(),
    /** `cells[step][run]`; null where a run has no such step. */
    cells: z
      .array(
        z
          .array(z.object({ status: Status, durationMs: z.number().nullable(), attempts: z.number().int() }).nullable())
          .readonly(),
      )
      .readonly(),
  })
  .openapi('Grid');
export type Grid = z.infer<typeof Grid>;

/** As a step or a node of a plan is called; nothing that a command line would take for a flag. */
const StepName = z.string().regex(/^[A-Za-z0-9_][\w./:-]{0,199}$/, 'is not the name of a step');

/** A run to be started. */
export const NewRun = z
  .strictObject({
    params: z.record(z.string(), JsonValue).default({}),
    stack: z.string().min(1).max(100).optional(),
    name: z.string().min(1).max(200).optional(),
    tags: z.array(z.string().min(1).max(100)).max(100).optional(),
    /** Steps that run whatever is cached; true: all of them. */
    refresh: z.union([z.boolean(), z.array(StepName).max(1000)]).optional(),
    noCache: z.boolean().optional(),
  })
  .openapi('NewRun');
export type NewRun = z.infer<typeof NewRun>;
