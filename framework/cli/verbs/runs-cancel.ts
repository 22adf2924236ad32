import { sluiceError } from '../../errors.ts';
import { cancelRun } from '../../executor/cancel-run.ts';
import { isFinal } from '../../model/status.ts';
import type { Call } from '../commands/command-kit.ts';
import { findRun } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

/** `sluice runs cancel RUN`: works from any process, because the run's own executor looks for the request. */
export async function runsCancelVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { wait: waits, now = false } = command.opts<{ readonly wait: boolean; readonly now?: boolean }>();
  const how = now ? 'now' : 'graceful';
  const say = (text: string): void => {
    if (!invocation.quiet) invocation.terminal.out.line(text);
  };
  await withStack(invocation, async (stack) => {
    const { metadataStore } = stack;
    const run = await findRun(metadataStore, args[0] ?? 'latest');
    if (isFinal(run.status)) {
      throw sluiceError('ERR_USAGE', {
        message: `Run ${run.name} has ended already: its status is ${run.status}.`,
        hint: 'sluice runs list --status running,pending shows what can be cancelled.',
      });
    }
    if (!waits) {
      await metadataStore.requestCancel(run.id, how);
      return say(`Asked run ${run.name} to stop.`);
    }
    say(`Asked run ${run.name} to stop; waiting until it has …`);
    const onSilent = (): void =>
      say(
        'A step blocks its process, which takes SIGTERM itself: it hears of it when the step gives way. sluice runs cancel --now kills it.',
      );
    const ended = await cancelRun(stack, run, { how, ...(!now && { onSilent }) });
    say(ended ? `Run ${run.name} is ${ended.status}.` : `Run ${run.name} was deleted meanwhile.`);
  });
}
