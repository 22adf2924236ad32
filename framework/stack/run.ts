import { join } from 'node:path';
import { definePlan } from '../authoring/define-plan.ts';
import type { PipelineClass } from '../authoring/pipeline.ts';
import { createCodeDigester } from '../code/create-code-digester.ts';
import type { Stack } from '../components/stack.ts';
import { type ExecuteOptions, execute, type RunOutcome } from '../executor/execute.ts';
import { openStack } from './open-stack.ts';
import { findProject } from './project.ts';

type Passed = 'name' | 'tags' | 'mode' | 'maxParallel' | 'cache' | 'refresh' | 'signal' | 'killSignal' | 'onEvent';

export interface RunOptions extends Pick<ExecuteOptions, Passed> {
  /** A stack's name (default: the active one), or an opened stack, which stays open. */
  readonly stack?: string | Stack;
}

export interface RunResult<R> extends RunOutcome {
  /** What the pipeline returned. */
  readonly value: R;
}

/**
 * Runs a pipeline from any script. Parameters left out take the schema's defaults.
 *
 * @throws the error that ended the run (its `code` and `hint` as the command shows them); ERR_PARAMS, ERR_STACK_…, ERR_STORE_… before it began.
 * @example
 * const { value, steps } = await run(TrainYolo, { epochs: 3 }, { stack: 'local' });
 */
export async function run<P, R>(
  target: PipelineClass<P, R>,
  params: Partial<P>,
  options: RunOptions = {},
): Promise<RunResult<R>> {
  const { stack: wanted, ...rest } = options;
  const { plan, params: parsed } = await definePlan(target, params);
  const stack = typeof wanted === 'object' ? wanted : await openNamed(wanted);
  try {
    const codeDigester = createCodeDigester({ projectDir: stack.projectDir, cacheDir: join(stack.home, 'cache') });
    const common = { stack, codeDigester, pipeline: target, params: parsed, values: params };
    const outcome = await execute(plan, { ...common, ...rest });
    if (outcome.run.status === 'succeeded') return outcome as RunResult<R>;
    throw runError(outcome);
  } finally {
    if (stack !== wanted) await stack.close();
  }
}

function openNamed(name: string | undefined): Promise<Stack> {
  const project = findProject(process.cwd());
  return openStack({ project, ...(name === undefined ? {} : { name }) });
}

/** The stored error of a run that did not succeed, thrown again for the script that asked for the run. */
function runError({ run }: RunOutcome): Error {
  const { code = 'ERR_RUN', message = `Run ${run.name} ended as ${run.status}.`, hint, stack } = run.error ?? {};
  const error = Object.assign(new Error(message), { name: 'RunError', code, hint, runId: run.id });
  if (stack) error.stack = `RunError [${code}]: ${message}\n${stack}`;
  return error;
}
