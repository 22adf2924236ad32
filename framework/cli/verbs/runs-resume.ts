import { definePlan } from '../../authoring/define-plan.ts';
import { sluiceError } from '../../errors.ts';
import { restoreParams } from '../../executor/restore-params.ts';
import type { RunMode } from '../../model/run.ts';
import { isFinal, isSuccess } from '../../model/status.ts';
import { findPipeline } from '../../stack/find-pipeline.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { findRun } from '../views/find-run.ts';
import { runAndReport } from './run-and-report.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly maxParallel?: number;
  readonly mode?: RunMode;
  readonly output: 'text' | 'json';
}

/** `sluice runs resume RUN`: a new run with the same parameters that takes over what the old one has committed. */
export async function runsResumeVerb({ invocation, args, command }: Call): Promise<ExitCode> {
  const { maxParallel, mode, output } = command.opts<Options>();
  if (output === 'json') invocation.terminal.reserveOut();
  const run = await withStack(invocation, ({ metadataStore }) => findRun(metadataStore, args[0] ?? 'latest'));
  if (!isFinal(run.status) || isSuccess(run.status)) {
    throw sluiceError('ERR_USAGE', {
      message: `Run ${run.name} has the status ${run.status}: there is nothing to resume.`,
      hint: 'sluice runs list --status failed,cancelled,lost shows runs that can be resumed.',
    });
  }
  const project = findProject(invocation.cwd, invocation.env);
  const { target, definition } = await findPipeline(`${run.source}#${run.pipeline}`, { project, cwd: invocation.cwd });
  const params = await restoreParams(definition, run.params);
  const { plan } = await definePlan(target, params, { areParsed: true });
  return runAndReport({
    invocation: { ...invocation, stack: run.stack },
    output,
    plan,
    options: {
      pipeline: target,
      params,
      resumeFrom: run.id,
      tags: run.tags,
      mode: mode ?? run.mode,
      ...(maxParallel !== undefined && { maxParallel }),
    },
  });
}
