import { secretValues } from '../../secret-values.ts';
import type { Call } from '../commands/command-kit.ts';
import { findRun } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

/** `sluice runs note RUN "what there is to say"`: the new text takes the place of the old; an empty one removes it, none shows it. */
export async function runsNoteVerb({ invocation, args }: Call): Promise<undefined> {
  const [reference = 'latest', ...words] = args;
  const { out } = invocation.terminal;
  await withStack(invocation, async ({ metadataStore }) => {
    const run = await findRun(metadataStore, reference);
    if (words.length === 0) {
      if (run.notes) out.line(run.notes);
      return;
    }
    const text = secretValues.mask(words.join(' '));
    await metadataStore.updateRun(run.id, { notes: text === '' ? null : text });
    if (!invocation.quiet) out.line(text === '' ? `Run ${run.name} has no notes.` : `Noted on run ${run.name}.`);
  });
}
