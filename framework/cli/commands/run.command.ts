import { type Command, Option } from 'commander';
import { RUN_MODES } from '../run-modes.ts';
import { collect, outputOption, positiveInteger, type Verb } from './command-kit.ts';

/** Flags that `run` and `plan` share: what decides which steps are hits. */
export const addCacheFlags = (command: Command): Command =>
  command
    .option('--config <file>', 'YAML file with parameters, or with params:, steps: and run: (flags win)')
    .option('--from <step>', 'run this step and all after it again; what is before comes from the cache')
    .option('--refresh [step...]', 'run these steps (all without a name) even if their result is known')
    .option('--no-cache', 'neither use earlier results nor keep new ones for re-use');

export function addRunCommand(program: Command, verb: Verb): void {
  const command = program
    .command('run [pipeline] [parameters...]')
    .usage('PIPELINE [parameters] [flags]')
    .description('run a pipeline; steps whose result is known are taken from the cache')
    .helpOption(false)
    .option('-h, --help', 'show help, with the parameters of PIPELINE')
    .allowUnknownOption();
  addCacheFlags(command)
    .option('--name <name>', 'name of this run')
    .option('--tag <tag>', 'tag of this run (may be repeated)', collect)
    .option('--note <text>', 'what there is to say about this run')
    .option('--max-parallel <n>', 'steps at the same time', positiveInteger)
    .addOption(
      new Option(
        '--mode <mode>',
        'after a failed step: stop the others, let them finish, go on where possible',
      ).choices(RUN_MODES),
    )
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(verb(async (call) => (await import('../verbs/run.ts')).runVerb(call)));
}
