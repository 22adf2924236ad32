import { z } from '@hono/zod-openapi';
import { JsonValue } from './json-value.ts';
import { Series } from './metric.ts';
import { RunSummary } from './run.ts';
import { ArtifactRef } from './step.ts';

/** One line of a comparison: a value for each run, null where a run has none. */
const Line = z.object({ name: z.string(), values: z.array(JsonValue).readonly(), differs: z.boolean() });

/** 2 to 20 runs side by side; every list of values is in the order of `runs`. */
export const Comparison = z
  .object({
    runs: z.array(RunSummary).readonly(),
    /** `split.train` → 0.8. */
    params: z.array(Line).readonly(),
    /** Last values. `higherIsBetter` is null where the name does not tell. */
    metrics: z
      .array(
        z.object({
          name: z.string(),
          values: z.array(z.number().nullable()).readonly(),
          differs: z.boolean(),
          higherIsBetter: z.boolean().nullable(),
        }),
      )
      .readonly(),
    /** Commit, branch, node, platform, packages. */
    environment: z.array(Line).readonly(),
    /** Of each step the parts of the key that are not the same everywhere. */
    steps: z
      .array(
        z.object({
          node: z.string(),
          status: z.array(z.string().nullable()).readonly(),
          durationMs: z.array(z.number().nullable()).readonly(),
          parts: z
            .array(
              z.object({
                part: z.string(),
                values: z.array(z.string().nullable()).readonly(),
                code: z.object({ file: z.string(), symbol: z.string(), diff: z.string() }).nullable(),
              }),
            )
            .readonly(),
        }),
      )
      .readonly(),
    evaluationSets: z.object({
      /** `name@digest` by run. */
      digests: z.array(z.string().nullable()).readonly(),
      same: z.boolean(),
      /** A sentence when the figures can't be compared. */
      warning: z.string().nullable(),
    }),
    /** Curves of the metrics that have more than one point, by run. */
    series: z.array(z.object({ run: z.string(), series: z.array(Series).readonly() })).readonly(),
    /** Pictures of the same name, an artifact for each run. `path` is inside a folder. */
    pictures: z
      .array(
        z.object({
          name: z.string(),
          artifacts: z
            .array(ArtifactRef.extend({ path: z.string().nullable(), url: z.string() }).nullable())
            .readonly(),
        }),
      )
      .readonly(),
  })
  .openapi('Comparison');
export type Comparison = z.infer<typeof Comparison>;
