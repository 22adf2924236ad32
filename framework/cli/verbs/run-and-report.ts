import type { Plan } from '../../dag/plan.ts';
import { type ExecuteOptions, execute, type RunOutcome } from '../../executor/execute.ts';
import { stackDigester } from '../../executor/stack-services.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { runReference } from '../../model/run-reference.ts';
import { isSuccess } from '../../model/status.ts';
import type { ExitCode, Invocation } from '../invocation.ts';
import { liveReporter } from '../reporters/live-reporter.ts';
import { plainReporter } from '../reporters/plain-reporter.ts';
import { type ErrorNotice, printNotice } from '../reporters/print-error.ts';
import { quietReporter, type Reporter } from '../reporters/reporter.ts';
import { runReport } from '../views/run-json.ts';
import { namingViewer } from './naming-viewer.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import { tellingParent } from './tell-parent.ts';
import { watchForEarlyEnd } from './watch-for-early-end.ts';
import { withStack } from './with-stack.ts';

export interface RunAndReport {
  readonly invocation: Invocation;
  readonly output: 'text' | 'json';
  readonly plan: Plan;
  readonly options: Omit<
    ExecuteOptions,
    'stack' | 'codeDigester' | 'signal' | 'killSignal' | 'onEvent' | 'onForcedEnd'
  >;
}

/** Runs a plan under the eyes of a reporter, then prints the result or the errors. Returns 0, 1 or 130. */
export async function runAndReport({ invocation, output, plan, options }: RunAndReport): Promise<ExitCode> {
  const { terminal } = invocation;
  const reporter = reporterFor(invocation, output);
  const stopping = stopOnSignals(reporter);
  const letOthersPrint = reporter.foreign ? terminal.interceptOthers(reporter.foreign) : (): void => {};
  const json = output === 'json';
  const tellOfEnd = (notice: ErrorNotice): void => {
    letOthersPrint();
    reporter.close();
    printNotice(notice, { channel: terminal.err, json });
  };
  const isOver = watchForEarlyEnd(tellOfEnd);
  try {
    const { run, steps, trackerUrl } = await withStack(
      invocation,
      async (stack): Promise<RunOutcome> =>
        execute(plan, {
          ...options,
          stack,
          codeDigester: stackDigester(stack),
          signal: stopping.signal,
          killSignal: stopping.killSignal,
          onEvent: tellingParent(await namingViewer(reporter.event, { home: stack.home, reporter }), invocation.env),
          onForcedEnd: (error, exitCode) => {
            isOver();
            tellOfEnd({ ...error, hint: error.hint ?? 'sluice runs list shows it.' });
            void Promise.all([terminal.out.flush(), terminal.err.flush()]).finally(() => process.exit(exitCode));
          },
        }),
      { anywhere: true },
    );
    letOthersPrint();
    reporter.close();
    if (json)
      terminal.out.line(JSON.stringify({ ...runReport(run, steps), trackerUrl: trackerUrl ?? null }, undefined, 2));
    for (const notice of noticesOf(run, steps).slice(0, json ? 1 : undefined)) {
      printNotice(notice, { channel: terminal.err, json });
    }
    if (run.status === 'cancelled') return 130;
    return isSuccess(run.status) ? 0 : 1;
  } finally {
    isOver();
    letOthersPrint();
    reporter.close();
    stopping.release();
  }
}

/**
 * On a terminal lines that move, in a pipe lines that stay. With `--output json` standard output is the object's alone, and standard error
 * stays parseable too, unless a person is looking at it.
 */
function reporterFor({ terminal, quiet, env }: Invocation, output: 'text' | 'json'): Reporter {
  const channel = output === 'json' ? terminal.err : terminal.out;
  if (quiet || (output === 'json' && !channel.isTerminal)) return quietReporter;
  return channel.isTerminal && env['TERM'] !== 'dumb' && !env['CI'] ? liveReporter(channel) : plainReporter(channel);
}

const MOST_NOTICES = 5;

/** What went wrong: each failed step with the user's own lines, or the run's own error. */
function noticesOf(run: RunRecord, steps: readonly StepRunRecord[]): readonly ErrorNotice[] {
  if (isSuccess(run.status)) return [];
  const failed = steps.flatMap(({ node, step, error }) =>
    error
      ? [
          {
            code: error.code,
            message: error.message.startsWith('Step ') ? error.message : `Step ${node} failed: ${error.message}`,
            hint: hintOf(error.hint, run, node),
            ...(error.stack !== undefined && { stack: error.stack }),
            step,
          },
        ]
      : [],
  );
  if (failed.length > 0 && run.status !== 'cancelled') return failed.slice(0, MOST_NOTICES);
  const error = run.error ?? { code: 'ERR_UNEXPECTED', message: `Run ${run.name} is ${run.status}.` };
  return [{ ...error, hint: hintOf(error.hint, run, undefined) }];
}

/** Hints of the error table speak of RUN and STEP: here both are known. */
function hintOf(hint: string | undefined, run: RunRecord, node = 'STEP'): string {
  const text = hint ?? 'sluice runs logs RUN --step STEP shows what it printed.';
  return text.replace('RUN', () => runReference(run)).replace('STEP', () => node);
}
