import { type Command, Option } from 'commander';
import { STATUSES } from '../../model/status.ts';
import { RUN_MODES } from '../run-modes.ts';
import { addPaging, collect, outputOption, positiveInteger, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

const CANCEL_CLOCK = `
The run sees it within half a second. A step that listens (it has taken stepContext().signal, and its process
answers) then has 30 s for its last checkpoint; one that does not listen has 0.7 s. After that a step in a process
of its own gets SIGTERM, and SIGKILL 5 s later (0.5 s later when nothing answers); an inline step is given up. An inline
step that blocks its process for 1 s more ends with the process. A program of your own that calls run() gets SIGTERM
when a step blocks it for 1.4 s: a listener of its own decides what that means, and --now kills it all the same.
What was committed stays: sluice runs resume RUN.`;

const CONTINUE = `
RUN is an id, the beginning of one, a name, "latest", or a pipeline: its latest run that did not end well.

resume and retry both make a new run with the same parameters, on the code as it is now. Both use every result that
the old run has committed, those of steps that are never cached too; a step whose code has changed since runs again,
with a warning that names file and symbol. They differ in the steps that had not ended: resume goes on from their
checkpoints, as after a crash or a cancel; retry begins them anew. (Prefect's Retry is retry, under the same run id;
to continue after an interruption is resume.)`;

const RUN = 'RUN is an id, the beginning of one, a name, or "latest".';

const FILTER_HELP = `
A filter is words that all have to hold; a - before one negates it:
  status:failed,lost  pipeline:train-yolo  tag:nightly  name:base*  id:3f2a  stack:team  commit:9ab12c
  params.lr0=0.01  params.split.train>=0.8  metrics.mAP50>0.5  metrics.loss:* (has it)
  since:7d  until:2026-11-20  duration>10m  and any other words: part of a name.`;

export function addRunsCommand(program: Command, verb: Verb): void {
  const runs = program
    .command('runs')
    .description('the history: list, show, logs, diff, cancel, resume, retry, tag, note, delete');
  addPaging(
    runs
      .command('list')
      .description('list runs, newest first')
      .option('--pipeline <name>', 'only runs of this pipeline')
      .addOption(statusOption())
      .option('--tag <tag>', 'only runs with this tag')
      .option('--search <text>', 'part of a name, or the beginning of an id')
      .option(
        '--filter <text>',
        'only runs that fit: status:failed metrics.mAP50>0.5 params.lr0=0.01 -tag:nightly since:7d',
      )
      .option('--since <time>', 'only runs made since: 30m, 2h, 7d, 2026-11-20')
      .option('--until <time>', 'only runs made until')
      .option(
        '--sort <order>',
        'newest, oldest, longest, name, metrics.NAME or -metrics.NAME (greatest first)',
        'newest',
      )
      .addHelpText('after', FILTER_HELP),
  ).action(verb(async (call) => (await import('../verbs/runs-list.ts')).runsListVerb(call)));
  runs
    .command('show <run>')
    .description('show a run: steps, reasons, metrics, outputs')
    .addHelpText('after', `\n${RUN}`)
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/runs-show.ts')).runsShowVerb(call)));
  runs
    .command('logs <run>')
    .description('show what the steps of a run printed')
    .option('--step <step>', 'only this step')
    .option('--attempt <n>', 'only this attempt', positiveInteger)
    .option('-f, --follow', 'go on until the run has ended')
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText('after', '\nWith --output json: one JSON object a line.')
    .action(verb(async (call) => (await import('../verbs/runs-logs.ts')).runsLogsVerb(call)));
  runs
    .command('diff <a> <b>')
    .description('show what differs between two runs: parameters, keys, metrics')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/runs-diff.ts')).runsDiffVerb(call)));
  addChangingVerbs(runs, verb);
}

/** `--status failed --status lost` and `--status failed,lost`. */
const statusOption = (): Option =>
  new Option('--status <status>', `only runs in this state (may be repeated): ${STATUSES.join(', ')}`).argParser(
    collect,
  );

function addChangingVerbs(runs: Command, verb: Verb): void {
  runs
    .command('cancel <run>')
    .description('ask a run to stop, and wait until it has')
    .option('--now', 'kill its running steps instead of asking them, and its process when that does not answer')
    .option('--no-wait', 'only ask')
    .addHelpText('after', CANCEL_CLOCK)
    .action(verb(async (call) => (await import('../verbs/runs-cancel.ts')).runsCancelVerb(call)));
  runs
    .command('resume <run>')
    .description('go on with a run that failed, was cancelled or lost, where it stopped')
    .option('--max-parallel <n>', 'steps at the same time', positiveInteger)
    .addOption(new Option('--mode <mode>', 'after a failed step').choices(RUN_MODES))
    .addOption(outputOption(['text', 'json'], 'text'))
    .option('--note <text>', 'what there is to say about the new run')
    .addHelpText('after', CONTINUE)
    .action(verb(async (call) => (await import('../verbs/runs-resume.ts')).runsResumeVerb(call)));
  runs
    .command('retry <run>')
    .description('try the steps of a run again that did not end well, from their beginning')
    .option('--max-parallel <n>', 'steps at the same time', positiveInteger)
    .addOption(new Option('--mode <mode>', 'after a failed step').choices(RUN_MODES))
    .option('--note <text>', 'what there is to say about the new run')
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText('after', CONTINUE)
    .action(verb(async (call) => (await import('../verbs/runs-retry.ts')).runsRetryVerb(call)));
  runs
    .command('tag <run> [changes...]')
    .usage('RUN +TAG -TAG')
    .description('add and remove tags of a run')
    .allowUnknownOption()
    .action(verb(async (call) => (await import('../verbs/runs-tag.ts')).runsTagVerb(call)));
  runs
    .command('note <run> [text...]')
    .description('write what there is to say about a run; "" removes it, no text shows it')
    .action(verb(async (call) => (await import('../verbs/runs-note.ts')).runsNoteVerb(call)));
  runs
    .command('delete <run...>')
    .description('delete the record of runs; artifacts and cache entries stay')
    .option('-y, --yes', 'do not ask')
    .action(verb(async (call) => (await import('../verbs/runs-delete.ts')).runsDeleteVerb(call)));
}
