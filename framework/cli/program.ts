import { type Argument, Command, CommanderError } from 'commander';
import { addArtifactsCommand } from './commands/artifacts.command.ts';
import { addCacheCommand } from './commands/cache.command.ts';
import type { Verb } from './commands/command-kit.ts';
import { addCompletionCommand } from './commands/completion.command.ts';
import { addComponentCommands } from './commands/component.command.ts';
import { addDbCommand } from './commands/db.command.ts';
import { addDoctorCommand } from './commands/doctor.command.ts';
import { addInitCommand } from './commands/init.command.ts';
import { addPipelinesCommand } from './commands/pipelines.command.ts';
import { addPlanCommand } from './commands/plan.command.ts';
import { addRunCommand } from './commands/run.command.ts';
import { addRunsCommand } from './commands/runs.command.ts';
import { addSecretCommand } from './commands/secret.command.ts';
import { addStackCommand } from './commands/stack.command.ts';
import { addTrackerCommand } from './commands/tracker.command.ts';
import { addViewerCommand } from './commands/viewer.command.ts';
import { addWhyCommand } from './commands/why.command.ts';
import { ownManifest, packageRoot } from './init/package-root.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { outline } from './outline.ts';
import type { Terminal } from './reporters/terminal.ts';

interface Surroundings {
  /** The words after `sluice`. */
  readonly argv: readonly string[];
  readonly terminal: Terminal;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

interface GlobalOptions {
  readonly stack?: string;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

const argumentTerm = (argument: Argument): string => {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
};

/** Every verb with its flags and help. Cheap: what a verb does is loaded when it runs. */
export function createProgram(surroundings: Surroundings): {
  readonly program: Command;
  readonly exitCode: () => ExitCode;
} {
  const { argv, terminal } = surroundings;
  const { colors } = terminal.out;
  let code: ExitCode = 0;
  const program = new Command('sluice')
    .description('Typed steps, a content-hashed DAG, a cache that is never wrong and says why.')
    .option('--stack <name>', 'stack to work on (default: SLUICE_STACK, else that of sluice stack set, else local)')
    .option('-q, --quiet', 'print nothing but errors, and what --output json asks for')
    .option('--debug', 'show stack traces of the engine itself')
    .option('--no-color', 'no colours, as NO_COLOR=1 does; FORCE_COLOR=1 has them in a pipe too')
    .option('-V, --version', 'show the version')
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: terminal.out.write,
      // Errors are printed by `main`, in our form.
      writeErr: () => {},
      getOutHasColors: () => colors.isColorSupported,
      getOutHelpWidth: () => Math.min(terminal.out.width ?? 100, 120),
    })
    .configureHelp({
      showGlobalOptions: true,
      // Without "[options]", which every verb has.
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
      styleTitle: colors.bold,
      styleCommandText: colors.cyan,
      styleSubcommandText: colors.cyan,
      styleOptionText: colors.cyan,
      styleArgumentText: colors.cyan,
    });
  program.on('option:version', () => {
    terminal.out.line(ownManifest(packageRoot()).version);
    throw new CommanderError(0, 'commander.version', '');
  });

  const verb: Verb = (body) =>
    async function (this: Command) {
      const { stack, quiet = false, debug = false } = this.optsWithGlobals<GlobalOptions>();
      const invocation: Invocation = { ...surroundings, stack, quiet, debug };
      code = (await body({ invocation, args: this.args, command: this })) ?? 0;
    };

  // A cached run is over in little more than the time it takes to start: to describe all other verbs would be a tenth of it.
  const named = COMMANDS.filter(([word]) => word !== undefined && word === argv[0]);
  const described = asksForList(argv) ? outline(program) : program;
  for (const [, add] of named.length > 0 ? named : COMMANDS) add(described, verb, argv);
  return { program, exitCode: () => code };
}

/** Nothing is said but that help is wanted, or nothing at all. */
const asksForList = (argv: readonly string[]): boolean =>
  argv.every((word) => word === '--help' || word === '-h' || word === '--no-color');

/** In the order of the help, by the first word of the command line; undefined where it may be several. */
const COMMANDS: readonly (readonly [
  word: string | undefined,
  add: (program: Command, verb: Verb, argv: readonly string[]) => void,
])[] = [
  ['init', addInitCommand],
  ['run', addRunCommand],
  ['plan', addPlanCommand],
  ['pipelines', addPipelinesCommand],
  ['why', addWhyCommand],
  ['runs', addRunsCommand],
  ['artifacts', addArtifactsCommand],
  ['cache', addCacheCommand],
  ['stack', addStackCommand],
  [undefined, addComponentCommands],
  ['secret', addSecretCommand],
  ['db', addDbCommand],
  ['doctor', addDoctorCommand],
  ['tracker', addTrackerCommand],
  ['viewer', addViewerCommand],
  [undefined, addCompletionCommand],
];
