/** Which steps of a pipeline run get an MLflow run of their own, nested under the pipeline's. */
export type Nesting = 'parallel' | 'all' | 'none';

interface PlannedNode {
  readonly id: string;
  readonly step: string;
  readonly parents: readonly string[];
}

/**
 * Whether a node's entries go to a nested run. `parallel`: a step that is called more than once, or that the plan lets run beside another one: their curves
 * would run into each other. A chain of different steps is one run.
 *
 * @param plan `RunRecord.plan`.
 */
export function nestedSteps(plan: unknown, nesting: Nesting): (node: string) => boolean {
  if (nesting !== 'parallel') return () => nesting === 'all';
  // A dynamic pipeline's calls are not known yet: each may turn out to run beside another one.
  if ((plan as { readonly dynamic?: boolean } | null)?.dynamic) return () => true;
  const nodes = nodesOf(plan);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const calls = Map.groupBy(nodes, ({ step }) => step);
  const children = new Map<string, string[]>();
  for (const { id, parents } of nodes)
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), id]);
  const known = new Map<string, boolean>();

  return (id) => {
    const node = byId.get(id);
    if (!node) return false;
    const answer =
      known.get(id) ??
      ((calls.get(node.step)?.length ?? 0) > 1 ||
        reach(id, (at) => byId.get(at)?.parents ?? []) + reach(id, (at) => children.get(at) ?? []) + 1 < nodes.length);
    known.set(id, answer);
    return answer;
  };
}

/** How many other nodes can be reached. */
function reach(from: string, next: (id: string) => readonly string[]): number {
  const seen = new Set([from]);
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const other of next(id)) {
      if (seen.has(other)) continue;
      seen.add(other);
      open.push(other);
    }
  }
  return seen.size - 1;
}

const nodesOf = (plan: unknown): readonly PlannedNode[] =>
  ((plan as { readonly nodes?: readonly PlannedNode[] } | null)?.nodes ?? []) as readonly PlannedNode[];
