import { z } from '@hono/zod-openapi';
import { orNull } from './or-null.ts';
import { Status } from './status.ts';
import { StoredError } from './stored-error.ts';

const time = z.string().nullable();

/** What a step spent its time on, in order. */
export const Segment = z
  .object({
    kind: z.enum(['wait', 'claim', 'load', 'run', 'save']),
    startedAt: z.string(),
    durationMs: z.number(),
  })
  .openapi('Segment');
export type Segment = z.infer<typeof Segment>;

/** What a step took of the machine. Null where it was not measured. */
export const Usage = z
  .object({
    /** Processor time, user and system. */
    cpuMs: z.number().nullable(),
    /** Bytes of memory at the peak, of the process that ran it. */
    peakMemory: z.number().nullable(),
    /** The process had other work at the same time, so the figures are not this step's alone. */
    isShared: z.boolean(),
  })
  .openapi('Usage');
export type Usage = z.infer<typeof Usage>;

/** A hook that threw; it changed nothing of what it was called for. */
export const HookFailure = z.object({ hook: z.string(), at: z.string(), error: StoredError }).openapi('HookFailure');
export type HookFailure = z.infer<typeof HookFailure>;

/** One step run as a run's page shows it. */
export const StepSummary = z
  .object({
    /** The node's id in the plan. */
    id: z.string(),
    step: z.string(),
    status: Status,
    startedAt: time,
    endedAt: time,
    durationMs: z.number().nullable(),
    attempts: z.number().int(),
    /** Why it ran or not, one sentence. */
    reason: z.string().nullable(),
    /** Of whom its result is, when it is not its own. */
    origin: z.object({ run: z.string(), node: z.string() }).nullable(),
    error: orNull(StoredError),
    segments: z.array(Segment).readonly(),
    usage: orNull(Usage),
    /** Lines in its log. */
    logs: z.number().int(),
    /** How many of its hooks failed. */
    failedHooks: z.number().int(),
  })
  .openapi('StepSummary');
export type StepSummary = z.infer<typeof StepSummary>;

export const Attempt = z
  .object({
    attempt: z.number().int(),
    status: Status,
    startedAt: z.string(),
    endedAt: time,
    durationMs: z.number().nullable(),
    error: orNull(StoredError),
    segments: z.array(Segment).readonly(),
    usage: orNull(Usage),
  })
  .openapi('Attempt');
export type Attempt = z.infer<typeof Attempt>;

/** An artifact as the place where it is used shows it. */
export const ArtifactRef = z.object({
  digest: z.string(),
  format: z.string(),
  size: z.number(),
  name: z.string().nullable(),
});

/** One field of a step's output; `field` is empty when the output is one value. */
export const OutputField = ArtifactRef.extend({ field: z.string() }).openapi('OutputField');
export type OutputField = z.infer<typeof OutputField>;

/** What a step was given of another step. */
export const StepInput = ArtifactRef.extend({
  /** The argument, with the path inside it: `dataset`, `options.weights`. */
  name: z.string(),
  /** Null where the plan no longer tells. */
  node: z.string().nullable(),
  field: z.string(),
  /** Of the artifact: a file's own name. */
  artifactName: z.string().nullable(),
  /** False for an input that the step never came to. */
  known: z.boolean(),
}).openapi('StepInput');
export type StepInput = z.infer<typeof StepInput>;

export const KeyPartView = z.object({ part: z.string(), digest: z.string(), display: z.string() }).openapi('KeyPart');
export type KeyPartView = z.infer<typeof KeyPartView>;

/** One step run with all that is known of it. */
export const Step = StepSummary.extend({
  run: z.object({ id: z.string(), name: z.string(), pipeline: z.string(), status: Status }),
  key: z.string().nullable(),
  /** The last attempt last. */
  tries: z.array(Attempt).readonly(),
  inputs: z.array(StepInput).readonly(),
  output: z.array(OutputField).readonly(),
  /** Files that it gave its tracker, beside its output. */
  files: z.array(OutputField).readonly(),
  /** Values of its arguments that were not other steps' results, as the key shows them: name → text. */
  arguments: z.record(z.string(), z.string()),
  hookFailures: z.array(HookFailure).readonly(),
  parts: z.array(KeyPartView).readonly(),
  /** Null before it was decided. */
  verdict: z.enum(['hit', 'miss']).nullable(),
  parents: z.array(z.string()).readonly(),
  children: z.array(z.string()).readonly(),
}).openapi('Step');
export type Step = z.infer<typeof Step>;

/** Why a step was a hit or a miss. */
export const Why = z
  .object({
    verdict: z.enum(['hit', 'miss']).nullable(),
    reason: z.string(),
    origin: z.object({ run: z.string(), node: z.string() }).nullable(),
    /** The step run whose key is compared with; null when there is no earlier one. */
    nearest: z.object({ run: z.string(), node: z.string() }).nullable(),
    differences: z
      .array(
        z.object({
          part: z.string(),
          before: z.string().nullable(),
          after: z.string().nullable(),
          /** What changed in the source, where both texts are still known. */
          code: z.object({ file: z.string(), symbol: z.string(), diff: z.string() }).nullable(),
        }),
      )
      .readonly(),
  })
  .openapi('Why');
export type Why = z.infer<typeof Why>;
