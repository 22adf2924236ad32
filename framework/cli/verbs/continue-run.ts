import { definePlan } from '../../authoring/define-plan.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import { restoreParams } from '../../executor/restore-params.ts';
import type { RunMode, RunRecord } from '../../model/run.ts';
import { isFinal, isSuccess, type Status } from '../../model/status.ts';
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
  readonly note?: string;
  readonly output: 'text' | 'json';
}

const UNFINISHED: readonly Status[] = ['failed', 'cancelled', 'lost'];

/**
 * A new run with the parameters of an old one, whose committed results it uses, those of steps that are never cached too.
 * @param how `resume` goes on where it stopped, checkpoints included; `retry` tries the steps that did not end well again from their beginning.
 */
export async function continueRun({ invocation, args, command }: Call, how: 'resume' | 'retry'): Promise<ExitCode> {
  const { maxParallel, mode, note, output } = command.opts<Options>();
  if (output === 'json') invocation.terminal.reserveOut();
  const run = await withStack(invocation, ({ metadataStore }) => findUnfinished(metadataStore, args[0] ?? 'latest'));
  if (!isFinal(run.status) || isSuccess(run.status)) {
    throw sluiceError('ERR_USAGE', {
      message: `Run ${run.name} has the status ${run.status}: there is nothing to ${how}.`,
      hint: `sluice runs list --status ${UNFINISHED.join(',')} shows runs that can be continued.`,
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
      isFreshStart: how === 'retry',
      tags: run.tags,
      mode: mode ?? run.mode,
      ...(maxParallel !== undefined && { maxParallel }),
      ...(note !== undefined && { notes: note }),
    },
  });
}

/** A run, or the latest one of a pipeline that did not end well. @throws ERR_NOT_FOUND. */
async function findUnfinished(store: MetadataStore, reference: string): Promise<RunRecord> {
  if (await store.findRun(reference)) return findRun(store, reference);
  const { items } = await store.listRuns({ pipeline: reference, status: UNFINISHED, limit: 1 });
  return items[0] ?? findRun(store, reference);
}
