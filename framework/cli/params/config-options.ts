import { z } from 'zod';
import type { Duration, StepOptions } from '../../model/step-definition.ts';
import { nearest } from '../../nearest.ts';
import { RUN_MODES } from '../run-modes.ts';
import { type ConfigFile, configError } from './read-config.ts';

const duration = z.union([
  z.number().nonnegative(),
  z.string().regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'expected a number and a unit: 500ms, 2s, 10m, 6h, 1d'),
]) as z.ZodType<Duration>;

/** Options of a step that a configuration may replace: how it runs, never what it computes. */
const StepOverride = z.strictObject({
  retry: z
    .strictObject({
      attempts: z.int().min(1),
      backoff: duration.optional(),
      cap: duration.optional(),
      jitter: z.number().min(0).max(1).optional(),
    })
    .optional(),
  timeout: duration.optional(),
  cache: z.union([z.boolean(), z.strictObject({ expires: duration })]).optional(),
  isolation: z.enum(['inline', 'process']).optional(),
  resources: z
    .strictObject({
      cpu: z.number().positive().optional(),
      memory: z.union([z.number().positive(), z.string()]).optional(),
      gpu: z.number().min(0).optional(),
    })
    .optional(),
});

/** What `run:` may say; each is a flag of `sluice run` as well, and the flag wins. */
const RunOptions = z.strictObject({
  name: z.string().min(1).optional(),
  tags: z.array(z.string()).optional(),
  note: z.string().optional(),
  mode: z.enum(RUN_MODES).optional(),
  maxParallel: z.int().min(1).optional(),
  stack: z.string().optional(),
  cache: z.boolean().optional(),
  refresh: z.union([z.literal(true), z.array(z.string())]).optional(),
});

export type StepOverrides = Readonly<
  Record<string, Pick<StepOptions, 'retry' | 'timeout' | 'cache' | 'isolation' | 'resources'>>
>;
export type ConfigRun = z.output<typeof RunOptions>;

/** The `run:` section, checked. @throws ERR_CONFIG. */
export const configRun = ({ run, file }: ConfigFile): ConfigRun => checked(RunOptions, run, file, 'run');

/** The `steps:` section, checked. @throws ERR_CONFIG. */
export function configSteps({ steps, file }: ConfigFile): StepOverrides {
  const overrides = Object.entries(steps).map(([name, value]) => [
    name,
    checked(StepOverride, value ?? {}, file, `steps.${name}`),
  ]);
  return Object.fromEntries(overrides) as StepOverrides;
}

/** Names that an object of a schema takes at a place of it; none where it is no object. */
function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const [first, ...rest] = path;
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  const options = inner instanceof z.ZodUnion ? (inner.options as readonly z.ZodType[]) : [inner];
  const object = options.find((option) => option instanceof z.ZodObject);
  if (!object) return [];
  if (first === undefined) return Object.keys(object.shape);
  const child = object.shape[String(first)] as z.ZodType | undefined;
  return child ? namesAt(child, rest) : [];
}

function checked<T>(schema: z.ZodType<T>, value: unknown, file: string, at: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = [at, ...(issue?.path ?? []).map(String)].join('.');
  if (issue?.code === 'unrecognized_keys') {
    const known = namesAt(schema, issue.path);
    const meant = nearest(issue.keys[0] ?? '', known);
    const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
    const fix = known.length > 0 ? `It takes ${known.join(', ')}.` : 'Remove it.';
    throw configError(file, `there is no ${place}.${issue.keys[0]}.${suggestion}`, fix);
  }
  throw configError(file, `${place}: ${issue?.message ?? 'is wrong'}.`, 'sluice run --help lists what a run takes.');
}
