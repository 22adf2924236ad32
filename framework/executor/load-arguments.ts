import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { mapRefs, type OutputRef, refsIn } from '../dag/output-ref.ts';
import type { PlanNode } from '../dag/plan.ts';
import type { Output } from '../model/artifact.ts';

/** The real arguments of a step call: every reference replaced by the committed value it names, read from the store and checked. */
export async function loadArguments(
  node: PlanNode,
  options: { readonly io: Pick<ArtifactIo, 'load'>; outputOf(node: string): Output },
): Promise<readonly unknown[]> {
  const load = async (ref: OutputRef) => options.io.load(options.outputOf(ref.node), ref.path);
  const loaded = new Map<OutputRef, unknown>();
  // A value of its own for every mention: a step that changes one argument must not change another.
  await Promise.all(node.args.flatMap(refsIn).map(async (ref) => loaded.set(ref, await load(ref))));
  return node.args.map((arg) => mapRefs(arg, (ref) => loaded.get(ref)));
}
