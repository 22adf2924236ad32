import { shortDigest } from '../../hashing/digest.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';
import { findArtifact } from '../views/find-artifact.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly reason?: string;
  readonly output: 'text' | 'json';
}

/** `sluice artifacts pin ARTIFACT` */
export async function artifactsPinVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { reason, output } = command.opts<Options>();
  await withStack(invocation, async ({ metadataStore }) => {
    const { artifact } = await findArtifact(metadataStore, args[0] ?? '');
    await metadataStore.pin(artifact, reason ?? null);
    const { digest, name } = artifact;
    const text = `Pinned ${name ?? artifact.format} ${shortDigest(digest)}: garbage collection leaves it alone.`;
    printDone(invocation, { output, facts: { pinned: digest, reason: reason ?? null }, text });
  });
}
