import { type Command, Option } from 'commander';
import { addPaging, collect, outputOption, positiveInteger, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

const REFERENCE = `
ARTIFACT is a digest, the beginning of one, or RUN:STEP.FIELD, as in latest:summarize.html
(RUN:STEP where the step's output is one value).`;

export function addArtifactsCommand(program: Command, verb: Verb): void {
  const artifacts = program
    .command('artifacts')
    .description('what the steps put out: list, show, get, lineage, push, pin, unpin, gc');
  addPaging(
    artifacts
      .command('list')
      .description('list artifacts with the step runs that made them, newest first')
      .option('--run <run>', 'only those of this run (id, name or "latest")')
      .option('--step <step>', 'only those of this step')
      .option('--format <format>', 'only this format: json, text, bytes, tensor, file, directory')
      .option('--search <text>', 'part of a name, or the beginning of a digest')
      .option('--pinned', 'only those that are pinned')
      .addOption(
        new Option('--sort <order>', 'order of the page').choices(['newest', 'size', 'name']).default('newest'),
      ),
  ).action(verb(async (call) => (await import('../verbs/artifacts-list.ts')).artifactsListVerb(call)));
  artifacts
    .command('show <artifact>')
    .description('show what is known of an artifact, with a preview')
    .addHelpText('after', REFERENCE)
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/artifacts-show.ts')).artifactsShowVerb(call)));
  artifacts
    .command('get <artifact> [destination]')
    .description('copy an artifact to a file or folder (default: its own name in the current folder)')
    .option('--force', 'overwrite')
    .addHelpText('after', REFERENCE)
    .action(verb(async (call) => (await import('../verbs/artifacts-get.ts')).artifactsGetVerb(call)));
  artifacts
    .command('lineage <artifact>')
    .description('show what an artifact was made from, and what was made of it, across runs')
    .option('--depth <n>', 'steps each way', positiveInteger, 3)
    .addHelpText('after', REFERENCE)
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/artifacts-lineage.ts')).artifactsLineageVerb(call)));
  artifacts
    .command('push [references...]')
    .description('promote runs to another stack: what they put out, their records and cache entries')
    .requiredOption('--to <stack>', 'stack that gets them')
    .option('--from <stack>', 'stack that has them (default: the active one)')
    .option('--run <run>', 'a run by id or name, or "latest"; may be given several times', collect)
    .option('--all', 'every run that has ended')
    .option('--dry-run', 'only say what would be moved')
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      `\nA reference is a run, or an artifact: the run that made it goes along.\n${REFERENCE.trim()}`,
    )
    .action(verb(async (call) => (await import('../verbs/artifacts-push.ts')).artifactsPushVerb(call)));
  addKeepingVerbs(artifacts, verb);
}

function addKeepingVerbs(artifacts: Command, verb: Verb): void {
  artifacts
    .command('pin <artifact>')
    .description('keep an artifact whatever becomes of the runs that made it')
    .option('--reason <text>', 'why, for whoever looks later')
    .addHelpText('after', REFERENCE)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(verb(async (call) => (await import('../verbs/artifacts-pin.ts')).artifactsPinVerb(call)));
  artifacts
    .command('unpin <artifact>')
    .description('take the pin away')
    .addHelpText('after', REFERENCE)
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(verb(async (call) => (await import('../verbs/artifacts-unpin.ts')).artifactsUnpinVerb(call)));
  artifacts
    .command('gc')
    .description(
      'remove what no run, cache entry or pin keeps, and what killed processes left; runs may go on meanwhile',
    )
    .option('--dry-run', 'only say what would be removed')
    .option('--older-than <span>', 'what was made or let go within this time stays: 0s, 30m, 12h, 7d, 2w', '7d')
    .option(
      '--pipeline <name>',
      'a pipeline with materializers of its own, for formats of many parts (may be repeated)',
      collect,
    )
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/artifacts-gc.ts')).artifactsGcVerb(call)));
}
