import type { Status } from '../../server/api/status.ts';

export interface PlanNode {
  readonly id: string;
  readonly step: string;
  readonly parents: readonly string[];
}

/** What is drawn: a step, or many alike ones as one. */
export interface DrawnNode {
  readonly id: string;
  readonly step: string;
  readonly parents: readonly string[];
  /** Nodes of the plan; more than one in a group. */
  readonly members: readonly string[];
}

/** More alike nodes than this are drawn as one. */
export const FOLD_ABOVE = 20;

/** The id of a group; no node's id begins so, since steps have names. */
const GROUP = 'group:';
export const isGroup = ({ members }: DrawnNode): boolean => members.length > 1;

/**
 * Draws nodes of one step that hang below the same nodes (or groups) as one, where there are more than `FOLD_ABOVE`. A chain of fan-outs folds into a chain of
 * groups, because what hangs below a group's members hangs below the group.
 *
 * @param nodes parents before children, as a plan has them
 * @param open groups that are drawn node by node all the same
 */
export function foldPlan(nodes: readonly PlanNode[], open: ReadonlySet<string>): readonly DrawnNode[] {
  const drawnAs = new Map<string, string>();
  const alike = alikeNodes(nodes);
  const drawn = new Map<string, { id: string; step: string; parents: Set<string>; members: string[] }>();
  for (const { id, step, parents } of nodes) {
    const group = alike.get(id);
    const as = group !== undefined && !open.has(group) ? group : id;
    drawnAs.set(id, as);
    const above = parents.flatMap((parent) => drawnAs.get(parent) ?? []);
    const known = drawn.get(as);
    if (known) {
      known.members.push(id);
      for (const parent of above) known.parents.add(parent);
    } else drawn.set(as, { id: as, step, parents: new Set(above), members: [id] });
  }
  return [...drawn.values()].map((node) => ({
    ...node,
    parents: [...node.parents].filter((parent) => parent !== node.id),
  }));
}

/** Class names grow with every layer unless they are numbered. */
function numbered(): (name: string) => string {
  const numbers = new Map<string, string>();
  return (name) => {
    const known = numbers.get(name);
    if (known !== undefined) return known;
    const next = `${GROUP}${numbers.size}`;
    numbers.set(name, next);
    return next;
  };
}

/** Node → its group, for those that are in one. */
function alikeNodes(nodes: readonly PlanNode[]): ReadonlyMap<string, string> {
  const classNamed = numbered();
  const classOf = new Map<string, string>();
  const members = new Map<string, string[]>();
  for (const { id, step, parents } of nodes) {
    const [first, ...others] = parents;
    // Most have one parent: no set, no order.
    const above =
      others.length === 0
        ? (classOf.get(first ?? '') ?? first ?? '')
        : [...new Set(parents.map((parent) => classOf.get(parent) ?? parent))].sort().join('\n');
    const name = classNamed(`${step}\n${above}`);
    classOf.set(id, name);
    const same = members.get(name);
    if (same) same.push(id);
    else members.set(name, [id]);
  }
  const groups = [...members].filter(([, ids]) => ids.length > FOLD_ABOVE);
  return new Map(groups.flatMap(([name, ids]) => ids.map((id) => [id, name] as const)));
}

/** The state that a group shows: the worst of its members', or what they are doing. */
const ORDER: readonly Status[] = [
  'failed',
  'lost',
  'running',
  'cancelled',
  'pending',
  'skipped',
  'succeeded',
  'cached',
];

export const stateOf = (states: readonly Status[]): Status =>
  ORDER.find((status) => states.includes(status)) ?? 'pending';
