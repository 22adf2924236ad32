import { createPlan } from '../dag/create-plan.ts';
import { createGrowingPlan } from '../dag/growing-plan.ts';
import { mapRefs, OutputRef } from '../dag/output-ref.ts';
import type { Plan } from '../dag/plan.ts';
import { SluiceError, sluiceError } from '../errors.ts';
import { parseParams } from './parse-params.ts';
import { callBody, type PipelineClass, pipelineDefinition } from './pipeline.ts';
import { type Provenance, Recorder, recordInto } from './recorder.ts';
import { outputRefOf, symbolicValue } from './symbolic-value.ts';

/**
 * Runs the pipeline body once on stand-ins and returns the frozen graph of the step calls it made. No step runs. A dynamic pipeline has no graph
 * before it runs: its plan is empty, and says so (`isDynamic`).
 *
 * @param options.areParsed whether `values` went through the schema already: a schema that transforms must not see them twice.
 * @throws ERR_PARAMS, also for an `inputError` of the body; ERR_SYMBOLIC_VALUE, ERR_STEP_DEFINITION, and whatever else the body throws.
 */
export async function definePlan(
  target: PipelineClass,
  values: unknown,
  options: { readonly areParsed?: boolean } = {},
): Promise<{ plan: Plan; params: unknown }> {
  const definition = pipelineDefinition(target);
  const params = options.areParsed ? values : await parseParams(definition, values);
  const { name } = definition;
  if (definition.dynamic) return { plan: createGrowingPlan(name), params };
  const recorder = new Recorder({ pipeline: name, answer: ({ id }) => symbolicValue(new OutputRef(id, [])) });
  const result = await recordBody(recorder, target, params);
  return { plan: createPlan({ pipeline: name, nodes: recorder.nodes, result: withRefs(result, outputRefOf) }), params };
}

/** No step has run: what the body calls bad input can only be its parameters. */
async function recordBody(recorder: Recorder, target: PipelineClass, params: unknown): Promise<unknown> {
  try {
    return await recordInto(recorder, () => callBody(target, params));
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'ERR_INPUT') throw error;
    const { message, hint } = error;
    throw sluiceError('ERR_PARAMS', { pipeline: pipelineDefinition(target).name, problems: [message], hint }, error);
  }
}

/** What the body returned, results of steps replaced by their references. */
export function withRefs(value: unknown, refOf: Provenance['refOf']): unknown {
  const ref = refOf(value);
  if (ref) return ref;
  if (Array.isArray(value)) return value.map((item) => withRefs(item, refOf));
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withRefs(item, refOf)]));
  }
  return value;
}

/** The value that a reference names, given each node's real output. */
export function resolveRefs(value: unknown, outputOf: (node: string) => unknown): unknown {
  return mapRefs(value, ({ node, path }) =>
    path.reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], outputOf(node)),
  );
}
