import { useQuery } from '@tanstack/react-query';
import {
  Controls,
  type Edge,
  Handle,
  type Node,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  useStoreApi,
} from '@xyflow/react';
import { type ReactNode, useEffect, useMemo, useRef } from 'react';
import type { DrawnNode } from './fold-plan.ts';
import { type Layout, layOut } from './layout.ts';
import { pathEdges } from './path-edges.ts';
import { type Place, quickLayout, SIZES } from './quick-layout.ts';
import { RoutedEdge } from './routed-edge.tsx';
import '@xyflow/react/dist/base.css';
import './dag.css';

const LEAST_ZOOM = 0.15;
/** Names are big enough to read from here on; with this zoom one reads well. */
const LEAST_READABLE = 0.55;
const READABLE = 0.8;
/** Above the first line, in pixels. */
const MARGIN = 32;

export interface DagNode extends DrawnNode {
  readonly status: string;
  /** What stands in its box. */
  readonly content: ReactNode;
}

export interface DagProps {
  readonly nodes: readonly DagNode[];
  readonly label: string;
  /** A path, from its first node on: its edges stand out. */
  readonly highlighted: ReadonlySet<string>;
  /** Brought into view. */
  readonly focus: string | null;
}

type FlowNode = Node<{ readonly content: ReactNode; readonly status: string }>;

const handles = [
  { type: 'target' as const, position: Position.Top, x: SIZES.width / 2, y: 0, width: 1, height: 1 },
  { type: 'source' as const, position: Position.Bottom, x: SIZES.width / 2, y: SIZES.height, width: 1, height: 1 },
];

const Box = ({ data }: { readonly data: FlowNode['data'] }) => (
  <div className="dag-box" data-status={data.status}>
    <Handle type="target" position={Position.Top} isConnectable={false} />
    {data.content}
    <Handle type="source" position={Position.Bottom} isConnectable={false} />
  </div>
);

const NODE_TYPES = { box: Box };
const EDGE_TYPES = { routed: RoutedEdge };
const NOTHING: Layout = { places: new Map(), routes: new Map() };

/** A graph that pans and zooms; only what is in sight is in the page. One with many hundreds of boxes is a BigGraph's. */
export function Dag(props: DagProps) {
  const { nodes } = props;
  const structure = nodes.map(({ id, parents }) => `${id}<${parents.join(',')}`).join(';');
  // Only the structure moves nodes: states change many times a second.
  const latest = useRef(nodes);
  latest.current = nodes;
  const { data } = useQuery({
    queryKey: ['layout', structure],
    queryFn: () => layOut(latest.current),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // Something to see at once; elk's is tidier, and takes its time to load.
  const quick = useMemo(
    () => (structure === '' ? NOTHING : { ...NOTHING, places: quickLayout(latest.current) }),
    [structure],
  );
  return (
    <ReactFlowProvider>
      <Flow {...props} layout={data ?? quick} />
    </ReactFlowProvider>
  );
}

function Flow({
  nodes,
  label,
  highlighted,
  focus,
  layout: { places, routes },
}: DagProps & { readonly layout: Layout }) {
  const flowNodes = useMemo(
    () =>
      nodes.flatMap(({ id, content, status }): FlowNode[] => {
        const position = places.get(id);
        // A node that came since the layout was asked for.
        if (!position) return [];
        const { width, height } = SIZES;
        return [
          {
            ...{ id, type: 'box', position, width, height, measured: { width, height }, handles },
            data: { content, status },
            // Above every edge.
            zIndex: 2,
          },
        ];
      }),
    [nodes, places],
  );
  const onPath = useMemo(() => pathEdges(highlighted), [highlighted]);
  const edges = useMemo(
    () =>
      nodes.flatMap(({ id, parents }) =>
        parents.map((parent): Edge => {
          const isHighlighted = onPath.get(id) === parent;
          const route = routes.get(`${parent}>${id}`);
          return {
            id: `${parent}>${id}`,
            source: parent,
            target: id,
            ...(route ? { type: 'routed', data: { route } } : { type: 'default' }),
            className: isHighlighted ? 'dag-critical' : 'dag-edge',
            zIndex: isHighlighted ? 1 : 0,
          };
        }),
      ),
    [nodes, onPath, routes],
  );
  return (
    <section className="dag" aria-label={label}>
      <ReactFlow
        nodes={flowNodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onlyRenderVisibleElements
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        minZoom={LEAST_ZOOM}
        maxZoom={1.5}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        panOnScroll={false}
        zoomOnScroll={false}
      >
        <Controls showInteractive={false} position="bottom-left" />
        <Camera focus={focus} places={places} />
      </ReactFlow>
    </section>
  );
}

/** Shows the whole at first as far as it can be read, of a long one the beginning; afterwards what was asked for. */
function Camera({ focus, places }: { readonly focus: string | null; readonly places: ReadonlyMap<string, Place> }) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const isMeasured = useStore(({ width }) => width > 0);
  useEffect(() => {
    if (!isMeasured) return;
    const place = focus === null ? undefined : places.get(focus);
    if (place) void flow.setCenter(place.x + SIZES.width / 2, place.y + SIZES.height / 2, { zoom: 1 });
    else if (isLong(places, store.getState()))
      void flow.setCenter(...beginningOf(places, store.getState()), { zoom: READABLE });
    else void flow.fitView({ padding: 0.12, maxZoom: 1, minZoom: 0.35 });
  }, [flow, store, isMeasured, focus, places]);
  return null;
}

interface Frame {
  readonly width: number;
  readonly height: number;
}

/** Whether it is only too high to be read when all of it is in sight: one reads on downwards. A wide one has no better beginning than its middle. */
function isLong(places: ReadonlyMap<string, Place>, { width, height }: Frame): boolean {
  const { left, right, bottom } = edgesOf(places);
  return height / bottom < LEAST_READABLE && width / (right - left) >= LEAST_READABLE;
}

/** The middle of the window when the first line stands at its upper edge. */
function beginningOf(places: ReadonlyMap<string, Place>, { height }: Frame): [number, number] {
  const { left, right } = edgesOf(places);
  return [(left + right) / 2, (height / 2 - MARGIN) / READABLE];
}

function edgesOf(places: ReadonlyMap<string, Place>) {
  const all = [...places.values()];
  return {
    left: Math.min(...all.map(({ x }) => x)),
    right: Math.max(...all.map(({ x }) => x)) + SIZES.width,
    bottom: Math.max(...all.map(({ y }) => y)) + SIZES.height,
  };
}
