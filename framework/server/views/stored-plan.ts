import { z } from 'zod';

const PlanData = z.object({
  nodes: z
    .array(
      z.object({
        id: z.string(),
        step: z.string(),
        parents: z.array(z.string()).default([]),
        inputs: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

/** The plan of a run as the record keeps it, as far as it is understood. */
export type StoredPlan = z.infer<typeof PlanData>;

export function storedPlan(plan: unknown): StoredPlan {
  const read = PlanData.safeParse(plan);
  return read.success ? read.data : { nodes: [] };
}

/** `prepare_dataset.val.labels` → the node, and the fields from its output down. */
export function splitInput(
  input: string,
  nodes: ReadonlySet<string>,
): { readonly node: string; readonly path: readonly string[] } {
  // A node's id may have a dot in it: the longest one that fits is meant.
  for (let end = input.length; end > 0; end = input.lastIndexOf('.', end - 1)) {
    const node = input.slice(0, end);
    if (nodes.has(node)) return { node, path: end === input.length ? [] : input.slice(end + 1).split('.') };
  }
  const [node = input, ...path] = input.split('.');
  return { node, path };
}
