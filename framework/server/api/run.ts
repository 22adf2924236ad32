import { z } from '@hono/zod-openapi';
import { JsonValue } from './json-value.ts';
import { orNull } from './or-null.ts';
import { pageOf } from './page-of.ts';
import { Status } from './status.ts';
import { HookFailure, StepSummary } from './step.ts';
import { StoredError } from './stored-error.ts';

/** ISO 8601, UTC; null until it happens. */
const time = z.string().nullable();

/** The commit that a run was started from. */
export const GitState = z
  .object({
    commit: z.string(),
    branch: z.string().nullable(),
    /** Files were changed since the commit; null when nobody looked. */
    dirty: z.boolean().nullable(),
  })
  .openapi('GitState');
export type GitState = z.infer<typeof GitState>;

/** A run as a list shows it. */
export const RunSummary = z
  .object({
    id: z.string(),
    name: z.string(),
    pipeline: z.string(),
    status: Status,
    stack: z.string(),
    createdAt: z.string(),
    startedAt: time,
    endedAt: time,
    /** From start to end, to now while it runs; null before. */
    durationMs: z.number().nullable(),
    tags: z.array(z.string()).readonly(),
    /** Null where it was not recorded. */
    git: orNull(GitState),
    /** Step runs by state; states that none has are absent. */
    counts: z.partialRecord(Status, z.number().int()),
    /** Last value of each metric of the run. A name that several steps use is the last one's. */
    metrics: z.record(z.string(), z.number()),
    resumedFrom: z.string().nullable(),
    cancelRequested: z.boolean(),
    /** First line of why it failed. */
    error: z.string().nullable(),
  })
  .openapi('RunSummary');
export type RunSummary = z.infer<typeof RunSummary>;

export const RunPage = pageOf(RunSummary)
  .extend({
    /** How many fit the filter, counted up to 10,000; `moreThanTotal` says that there are more. */
    total: z.number().int(),
    moreThanTotal: z.boolean(),
  })
  .openapi('RunPage');
export type RunPage = z.infer<typeof RunPage>;

/** Another run of the same chain of resumes. */
const RunLink = z.object({ id: z.string(), name: z.string(), status: Status, createdAt: z.string() });

/** One run with its steps; the logs, metrics and each step's inputs are asked for by themselves. */
export const Run = RunSummary.omit({ error: true })
  .extend({
    params: JsonValue,
    notes: z.string(),
    mode: z.string(),
    /** The pipeline's file, below the project's folder where it is there. */
    source: z.string(),
    error: orNull(StoredError),
    result: JsonValue,
    /** What the machine was: `node`, `platform`, `cpus`, … */
    environment: z.record(z.string(), JsonValue).nullable(),
    /** Beside the commit: changed files, versions of packages. */
    code: z
      .object({
        git: orNull(GitState),
        /** Unified diff of what was not committed; null when clean or not recorded. */
        diff: z.string().nullable(),
        diffTruncated: z.boolean(),
        packages: z.record(z.string(), z.string()),
      })
      .nullable(),
    plan: z.object({
      nodes: z
        .array(z.object({ id: z.string(), step: z.string(), parents: z.array(z.string()).readonly() }))
        .readonly(),
    }),
    /** In the order of the plan. */
    steps: z.array(StepSummary).readonly(),
    /** Nodes of the longest chain of parents by time, first one first. */
    criticalPath: z.array(z.string()).readonly(),
    links: z.object({ tracker: z.string().nullable() }),
    earlier: z.array(RunLink).readonly(),
    later: z.array(RunLink).readonly(),
    hookFailures: z.array(HookFailure).readonly(),
    /** What the viewer may offer now. */
    can: z.object({ cancel: z.boolean(), resume: z.boolean(), retry: z.boolean(), delete: z.boolean() }),
  })
  .openapi('Run');
export type Run = z.infer<typeof Run>;

/** Pages about a run, or one of its steps, elsewhere. */
export const RunLinks = z
  .object({
    /** In the stack's tracker; null when it has none, or does not answer. */
    tracker: z.string().nullable(),
  })
  .openapi('RunLinks');
export type RunLinks = z.infer<typeof RunLinks>;

/** What may be changed of a run. */
export const RunChange = z
  .strictObject({
    name: z.string().min(1).max(200),
    notes: z.string().max(100_000),
    tags: z.array(z.string().min(1).max(100)).max(100).readonly(),
  })
  .partial()
  .openapi('RunChange');
export type RunChange = z.infer<typeof RunChange>;

/** A run that was started. */
export const StartedRun = z.object({ id: z.string(), name: z.string() }).openapi('StartedRun');
export type StartedRun = z.infer<typeof StartedRun>;
