import type { Command } from 'commander';
import { outputOption, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

export function addTrackerCommand(program: Command, verb: Verb): void {
  const tracker = program.command('tracker').description('what waits for the experiment tracker: status, sync');
  tracker
    .command('status')
    .description('count the entries that the tracker has taken and its server does not have yet')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/tracker-status.ts')).trackerStatusVerb(call)));
  tracker
    .command('sync')
    .description('hand them over now; ends with 1 when some still wait or were refused')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/tracker-sync.ts')).trackerSyncVerb(call)));
  program
    .command('deliver-tracked', { hidden: true })
    .description('hand over what a run has left; started by runs')
    .helpOption(false)
    .action(verb(async (call) => (await import('../verbs/deliver-tracked.ts')).deliverTrackedVerb(call)));
}
