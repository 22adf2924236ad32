import { sluiceError } from '../../errors.ts';
import type { Call } from '../commands/command-kit.ts';
import { findRun } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

/** `sluice runs tag RUN +nightly -draft` */
export async function runsTagVerb({ invocation, args }: Call): Promise<undefined> {
  const [reference = 'latest', ...changes] = args;
  const wrong = changes.find((change) => !/^[+-]./.test(change));
  if (changes.length === 0 || wrong !== undefined) {
    throw sluiceError('ERR_USAGE', {
      message: wrong === undefined ? 'No tag was named.' : `"${wrong}" neither adds nor removes a tag.`,
      hint: `+TAG adds one, -TAG removes one: sluice runs tag ${reference} +nightly -draft`,
    });
  }
  await withStack(invocation, async ({ metadataStore }) => {
    const run = await findRun(metadataStore, reference);
    const tags = new Set(run.tags);
    for (const change of changes) {
      const tag = change.slice(1);
      if (change.startsWith('+')) tags.add(tag);
      else if (!tags.delete(tag)) {
        const has = run.tags.length > 0 ? `Its tags are ${run.tags.join(', ')}.` : 'It has none.';
        throw sluiceError('ERR_NOT_FOUND', { what: `tag on run ${run.name}:`, reference: tag, hint: has });
      }
    }
    await metadataStore.updateRun(run.id, { tags: [...tags] });
    const said = tags.size > 0 ? `is tagged ${[...tags].join(', ')}` : 'has no tags';
    if (!invocation.quiet) invocation.terminal.out.line(`Run ${run.name} ${said}.`);
  });
}
