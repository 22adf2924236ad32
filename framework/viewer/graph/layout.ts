import ElkApi, { type ElkNode } from 'elkjs/lib/elk-api.js';
import elkWorkerAddress from 'elkjs/lib/elk-worker.min.js?url';
import type { DrawnNode } from './fold-plan.ts';
import { type Place, SIZES } from './quick-layout.ts';

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.spacing.nodeNode': String(SIZES.gapX),
  'elk.layered.spacing.nodeNodeBetweenLayers': String(SIZES.gapY),
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};

export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  /** The way of each edge around the boxes, from end to end, by `parent>child`; one that is not here goes straight. */
  readonly routes: ReadonlyMap<string, readonly Place[]>;
}

let elk: InstanceType<typeof ElkApi> | undefined;

/** Where each node stands; worked out beside the page, in a worker. */
export async function layOut(nodes: readonly DrawnNode[]): Promise<Layout> {
  elk ??= new ElkApi({ workerFactory: () => new Worker(elkWorkerAddress) });
  const { width, height } = SIZES;
  const graph: ElkNode = {
    id: 'root',
    layoutOptions: OPTIONS,
    children: nodes.map(({ id }) => ({ id, width, height })),
    edges: nodes.flatMap(({ id, parents }) =>
      parents.map((parent) => ({ id: `${parent}>${id}`, sources: [parent], targets: [id] })),
    ),
  };
  const laid = await elk.layout(graph);
  const routes = (laid.edges ?? []).flatMap(({ id, sections }) => {
    const [way] = sections ?? [];
    return way ? [[id, [way.startPoint, ...(way.bendPoints ?? []), way.endPoint]] as const] : [];
  });
  return {
    places: new Map(laid.children?.map(({ id, x = 0, y = 0 }) => [id, { x, y }])),
    routes: new Map(routes),
  };
}
