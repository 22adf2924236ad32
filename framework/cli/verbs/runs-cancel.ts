import { setTimeout as wait } from 'node:timers/promises';
import { sluiceError } from '../../errors.ts';
import { isFinal } from '../../model/status.ts';
import type { Call } from '../commands/command-kit.ts';
import { findRun } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

const LOOK_EVERY_MS = 200;

/** `sluice runs cancel RUN`: works from any process, because the run's own executor looks for the request. */
export async function runsCancelVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { wait: waits } = command.opts<{ readonly wait: boolean }>();
  const say = (text: string): void => {
    if (!invocation.quiet) invocation.terminal.out.line(text);
  };
  await withStack(invocation, async ({ metadataStore }) => {
    const run = await findRun(metadataStore, args[0] ?? 'latest');
    if (isFinal(run.status)) {
      throw sluiceError('ERR_USAGE', {
        message: `Run ${run.name} has ended already: its status is ${run.status}.`,
        hint: 'sluice runs list --status running,pending shows what can be cancelled.',
      });
    }
    await metadataStore.requestCancel(run.id);
    if (!waits) return say(`Asked run ${run.name} to stop.`);
    say(`Asked run ${run.name} to stop; waiting until it has …`);
    for (;;) {
      const { status } = await findRun(metadataStore, run.id);
      if (isFinal(status)) return say(`Run ${run.name} is ${status}.`);
      await wait(LOOK_EVERY_MS);
    }
  });
}
