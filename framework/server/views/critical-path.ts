import type { Time } from '../../model/run.ts';

interface Timed {
  readonly node: string;
  readonly startedAt: Time | null;
  readonly endedAt: Time | null;
}

/**
 * The chain of steps that the run's end waited for, first one first: from the step that ended last, always to the parent that ended last.
 * Steps that are still going count as ending now.
 */
export function criticalPath(
  steps: readonly Timed[],
  nodes: readonly { readonly id: string; readonly parents: readonly string[] }[],
  now: Time,
): readonly string[] {
  const ends = new Map(
    steps.flatMap(({ node, startedAt, endedAt }) => (startedAt === null ? [] : [[node, endedAt ?? now]])),
  );
  const parents = new Map(nodes.map(({ id, parents: above }) => [id, above]));
  const latest = (some: Iterable<string>): string | undefined => {
    let found: string | undefined;
    for (const node of some) {
      const end = ends.get(node);
      if (end !== undefined && (found === undefined || end > (ends.get(found) ?? 0))) found = node;
    }
    return found;
  };
  const path: string[] = [];
  const seen = new Set<string>();
  for (let node = latest(ends.keys()); node !== undefined && !seen.has(node); node = latest(parents.get(node) ?? [])) {
    seen.add(node);
    path.push(node);
  }
  return path.reverse();
}
