import type { RunMode } from '../../model/run.ts';
import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { preparePipeline } from './prepare-pipeline.ts';
import { runAndReport } from './run-and-report.ts';

interface Options {
  readonly name?: string;
  readonly tag?: readonly string[];
  readonly note?: string;
  readonly maxParallel?: number;
  readonly mode?: RunMode;
  readonly output: 'text' | 'json';
}

/** `sluice run PIPELINE` */
export async function runVerb(call: Call): Promise<ExitCode> {
  const { invocation, command } = call;
  const { name, tag, note, maxParallel, mode, output } = command.opts<Options>();
  // Before the pipeline's file is imported: what it prints must not come between the data.
  if (output === 'json') invocation.terminal.reserveOut();
  const prepared = await preparePipeline(call);
  if (prepared === 'help') return 0;
  const { found, plan, params, values, cacheUse, stackName, run } = prepared;
  return runAndReport({
    invocation: { ...invocation, stack: stackName },
    output,
    plan,
    options: {
      pipeline: found.target,
      params,
      values,
      ...cacheUse,
      ...defined({ name: name ?? run.name, tags: tag ?? run.tags, notes: note ?? run.note }),
      ...defined({ maxParallel: maxParallel ?? run.maxParallel, mode: mode ?? run.mode }),
    },
  });
}

/** Only what is set: "not given" and "undefined" differ for who takes the options. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
