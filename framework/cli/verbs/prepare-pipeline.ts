import type { Command } from 'commander';
import { definePlan } from '../../authoring/define-plan.ts';
import type { CacheUse } from '../../cache/decide.ts';
import type { Plan } from '../../dag/plan.ts';
import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { type FoundPipeline, findPipeline } from '../../stack/find-pipeline.ts';
import { findProject } from '../../stack/project.ts';
import { maskProjectSecrets } from '../../stack/secrets/mask-project-secrets.ts';
import type { Call } from '../commands/command-kit.ts';
import type { Invocation } from '../invocation.ts';
import type { ConfigRun } from '../params/config-options.ts';
import { mergeParams } from '../params/merge-params.ts';
import { overrideSteps } from '../params/override-steps.ts';
import { inputSchema, paramSpecs } from '../params/param-specs.ts';
import { paramsHelp } from '../params/params-help.ts';
import { parseParamFlags } from '../params/parse-param-flags.ts';
import { readConfig } from '../params/read-config.ts';
import { type RunFrom, runFrom } from '../params/run-from.ts';

/** A pipeline with its parameters: what `run` and `plan` begin with. */
export interface PreparedPipeline {
  readonly found: FoundPipeline;
  readonly plan: Plan;
  /** Checked, defaults filled in. */
  readonly params: unknown;
  /** As given: a worker process parses them again. */
  readonly values: unknown;
  /** With what `--from` says. */
  readonly cacheUse: CacheUse & Pick<RunFrom, 'reuse'>;
  /** Undefined: the active one. */
  readonly stackName: string | undefined;
  /** The `run:` section of the configuration file; flags win over it. */
  readonly run: ConfigRun;
}

interface Options {
  readonly help?: boolean;
  readonly config?: string;
  readonly from?: string;
  readonly refresh?: true | readonly string[];
  /** False with `--no-cache`. */
  readonly cache: boolean;
}

/**
 * Finds the pipeline, reads its parameters from the file of `--config` and, over them, from the flags, and plans it. `help` when help was asked for, and printed.
 *
 * @throws ERR_USAGE, ERR_PIPELINE_NOT_FOUND, ERR_CONFIG, ERR_PARAMS, and what planning throws.
 */
export async function preparePipeline({ invocation, args, command }: Call): Promise<PreparedPipeline | 'help'> {
  const options = command.opts<Options>();
  const [reference, ...words] = args;
  if (reference === undefined || reference.startsWith('-')) {
    if (options.help) return printHelp(command, invocation);
    throw nameThePipeline(command, reference);
  }
  const project = findProject(invocation.cwd, invocation.env);
  await maskProjectSecrets(project.home);
  const found = await findPipeline(reference, { project, cwd: invocation.cwd });
  const { definition, target } = found;
  if (options.help) return printHelp(command, invocation, found);
  const schema = inputSchema(definition.params);
  const flags = parseParamFlags({ pipeline: definition.name, schema, words, verbFlags: flagsOf(command) });
  const config = options.config === undefined ? undefined : await readConfig(options.config, invocation.cwd, schema);
  const values = mergeParams(config?.params ?? {}, flags);
  const { plan, params } = await definePlan(target, values);
  // Only a configuration file needs the schemas, and the library that makes them, in this process.
  const sections = config && (await import('../params/config-options.ts'));
  const run = config && sections ? sections.configRun(config) : {};
  const cacheUse = {
    // A flag that has a default can't be told from one that was given: only `--no-cache` says something.
    cache: options.cache && (run.cache ?? true),
    refresh: options.refresh ?? run.refresh ?? [],
  };
  checkRefresh(plan, cacheUse);
  const from = runFrom(plan, options.from, cacheUse);
  return {
    found,
    plan: config && sections ? overrideSteps(plan, sections.configSteps(config), config.file) : plan,
    params,
    values,
    cacheUse: { ...cacheUse, ...from },
    stackName: invocation.stack ?? run.stack,
    run,
  };
}

/** Every flag that is the command's own, the global ones too. */
export const flagsOf = (command: Command): readonly string[] =>
  [...command.options, ...(command.parent?.options ?? [])].flatMap(({ long }) => (long ? [long] : []));

function printHelp(command: Command, { terminal }: Invocation, found?: FoundPipeline): 'help' {
  const { out } = terminal;
  if (found) {
    const { name, description, params } = found.definition;
    out.line(`${out.colors.bold(name)}${description ? `: ${description}` : ''}\n`);
    out.line(`${paramsHelp(paramSpecs(inputSchema(params)), flagsOf(command), out.colors)}\n`);
    out.line(
      'Names are accepted in kebab-case too. Lists: --name a,b or --name a --name b. --param.NAME always means the',
    );
    out.line('parameter NAME. null means nothing, where nothing is allowed. JSON is accepted for lists and objects.\n');
  }
  out.write(command.helpInformation());
  return 'help';
}

function nameThePipeline(command: Command, given: string | undefined): Error {
  const verb = command.name();
  const message =
    given === undefined
      ? `sluice ${verb} needs the name of a pipeline, or its file.`
      : `sluice ${verb}: the pipeline comes before its parameters, and ${given} came first.`;
  return sluiceError('ERR_USAGE', {
    message,
    hint: `As in: sluice ${verb} hello --who you. sluice ${verb} --help says more.`,
  });
}

/** A slip here would run nothing afresh, silently. */
function checkRefresh(plan: Plan, { refresh }: CacheUse): void {
  // The steps of a dynamic pipeline are known when they are called.
  if (refresh === true || plan.isDynamic) return;
  const names = [...new Set(plan.nodes.flatMap(({ id, step }) => [step.name, id]))];
  const unknown = refresh.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, names);
  throw sluiceError('ERR_USAGE', {
    message: `--refresh: ${plan.pipeline} has no step ${unknown}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
    hint: `Its steps are ${names.join(', ')}.`,
  });
}
