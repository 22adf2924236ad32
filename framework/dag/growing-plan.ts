import { nodeToJson, unknownNode } from './create-plan.ts';
import type { Plan, PlanJson, PlanNode } from './plan.ts';
import { planToMermaid, planToText } from './print-plan.ts';

/** The graph of a dynamic pipeline: a node for each call that the body has made so far, parents first. */
export interface GrowingPlan extends Plan {
  readonly isDynamic: true;
  add(node: PlanNode): void;
  /** What the body returned, OutputRefs inside. */
  end(result: unknown): void;
}

/** @param options.code digest of the body's code, kept with the plan. */
export function createGrowingPlan(
  pipeline: string,
  options: { readonly adjust?: Plan['adjust']; readonly code?: string } = {},
): GrowingPlan {
  const { adjust, code } = options;
  const nodes: PlanNode[] = [];
  const printed: PlanJson['nodes'][number][] = [];
  const byId = new Map<string, PlanNode>();
  const children = new Map<string, string[]>();
  let result: unknown;

  const reach = (id: string, next: (id: string) => readonly string[]): string[] => {
    const found = new Set<string>();
    const open = [...next(id)];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (found.has(at)) continue;
      found.add(at);
      open.push(...next(at));
    }
    return nodes.filter((node) => found.has(node.id)).map((node) => node.id);
  };
  const node = (id: string): PlanNode => byId.get(id) ?? unknownNode(id, pipeline);
  const childrenOf = (id: string): readonly string[] => children.get(id) ?? [];
  const json = (): PlanJson => ({
    pipeline,
    dynamic: true,
    ...(code === undefined ? {} : { code }),
    nodes: [...printed],
  });

  return {
    pipeline,
    isDynamic: true,
    ...(adjust && { adjust }),
    nodes,
    node,
    children: childrenOf,
    ancestors: (id) => reach(id, (at) => node(at).parents),
    descendants: (id) => reach(id, childrenOf),
    get result() {
      return result;
    },
    toText: () => planToText(json()),
    toMermaid: () => planToMermaid(json()),
    toJSON: json,
    add(added) {
      nodes.push(added);
      printed.push(nodeToJson(added));
      byId.set(added.id, added);
      for (const parent of added.parents) {
        const siblings = children.get(parent);
        if (siblings) siblings.push(added.id);
        else children.set(parent, [added.id]);
      }
    },
    end(value) {
      result = value;
    },
  };
}
