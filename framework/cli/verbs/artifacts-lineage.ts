import { lineage } from '../../server/views/lineage.ts';
import { planCache } from '../../server/views/plan-cache.ts';
import type { Call } from '../commands/command-kit.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { findArtifact } from '../views/find-artifact.ts';
import { lineageLines } from '../views/lineage-lines.ts';
import { withStack } from './with-stack.ts';

/** `sluice artifacts lineage ARTIFACT`: as the viewer's API tells it. */
export async function artifactsLineageVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output, depth } = command.opts<{ readonly output: DocumentOutput; readonly depth: number }>();
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore: store }) => {
    const { made } = await findArtifact(store, args[0] ?? '');
    const json = await lineage({ store, planOf: planCache(store) }, { made, depth });
    await printDocument({ json, text: () => lineageLines(json, channel.colors) }, { channel, output });
  });
}
