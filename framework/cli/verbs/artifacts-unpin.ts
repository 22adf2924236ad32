import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import { type Digest, shortDigest } from '../../hashing/digest.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';
import { findArtifact } from '../views/find-artifact.ts';
import { withStack } from './with-stack.ts';

/** `sluice artifacts unpin ARTIFACT` */
export async function artifactsUnpinVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  await withStack(invocation, async ({ metadataStore }) => {
    const reference = args[0] ?? '';
    const digest = await pinnedDigest(metadataStore, reference);
    if (!(await metadataStore.unpin(digest))) {
      const hint = 'sluice artifacts list --pinned shows what is.';
      throw sluiceError('ERR_NOT_FOUND', { what: 'pinned artifact', reference, hint });
    }
    const text = `Unpinned ${shortDigest(digest)}: it stays as long as a run or a cache entry keeps it.`;
    printDone(invocation, { output, facts: { unpinned: digest }, text });
  });
}

/** Also of an artifact whose runs are deleted, so that the pin is all that the record has of it. */
async function pinnedDigest(store: MetadataStore, reference: string): Promise<Digest> {
  const pinned = (await store.pins()).filter(
    ({ artifact }) => reference.length >= 4 && artifact.digest.startsWith(reference),
  );
  if (pinned.length === 1 && pinned[0]) return pinned[0].artifact.digest;
  return (await findArtifact(store, reference)).artifact.digest;
}
