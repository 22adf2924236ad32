import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Lineage } from '../../../server/api/artifact.ts';
import { lineageQuery } from '../../client/queries.ts';
import { Dag, type DagNode } from '../../graph/dag.tsx';
import { formatBytes, shortDigest } from '../../parts/format.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { StatusShape } from '../../parts/status.tsx';
import '../../graph/step-box.css';

const route = getRouteApi('/artifacts/$digest');
const DEPTHS = [1, 2, 3, 5, 10];
const DEFAULT_DEPTH = 2;

type Item = Lineage['nodes'][number];

/** A lineage of more boxes opens at the artifact itself; all of it would be too small to read. */
const READABLE_AT_ONCE = 12;

/** What it was made from, above it, and what was made of it, below, across runs. */
export function LineageCard({ digest }: { readonly digest: string }) {
  const { depth: asked } = route.useSearch();
  const navigate = route.useNavigate();
  const depth = Number(asked) || DEFAULT_DEPTH;
  const { data, error } = useQuery(lineageQuery(digest, depth));
  const nodes = useMemo(() => (data ? drawn(data, digest) : []), [data, digest]);
  const home = nodes.length > READABLE_AT_ONCE ? (nodes.find(({ isSelf }) => isSelf)?.id ?? null) : null;
  const self = useMemo(() => new Set(nodes.filter(({ isSelf }) => isSelf).map(({ id }) => id)), [nodes]);
  return (
    <section className="card" aria-label="Lineage">
      <header>
        <h2>Lineage</h2>
        {data?.truncated && <span className="muted">it goes on beyond this</span>}
        <label className="end">
          <span className="hidden-but-read">How far</span>
          <select
            className="field"
            value={depth}
            onChange={(event) =>
              void navigate({ search: (now) => ({ ...now, depth: event.target.value }), replace: true })
            }
          >
            {DEPTHS.map((each) => (
              <option key={each} value={each}>
                {each === 1 ? '1 step' : `${each} steps`} away
              </option>
            ))}
          </select>
        </label>
      </header>
      {error && <Problem error={error} title="The lineage can't be read" />}
      {!data && !error && <Skeleton lines={4} label="Loading the lineage" />}
      {nodes.length > 0 && (
        <div className="lineage">
          <Dag nodes={nodes} label="Lineage" highlighted={self} focus={home} />
        </div>
      )}
    </section>
  );
}

interface LineageNode extends DagNode {
  readonly isSelf: boolean;
}

/** Parents before children, as drawing wants them: by depth, which grows downwards. */
function drawn({ nodes, edges }: Lineage, digest: string): readonly LineageNode[] {
  const parents = new Map<string, string[]>();
  for (const { from, to } of edges) parents.set(to, [...(parents.get(to) ?? []), from]);
  const known = new Set(nodes.map(({ id }) => id));
  return [...nodes]
    .sort((a, b) => a.depth - b.depth)
    .map((item) => {
      const isSelf = item.kind === 'artifact' && item.digest === digest;
      return {
        id: item.id,
        step: item.label,
        parents: (parents.get(item.id) ?? []).filter((id) => known.has(id)),
        members: [item.id],
        status: item.kind === 'step' ? item.status : '',
        content: <ItemBox item={item} isSelf={isSelf} />,
        isSelf,
      };
    });
}

function ItemBox({ item, isSelf }: { readonly item: Item; readonly isSelf: boolean }) {
  if (item.kind === 'step') {
    return (
      <Link
        to="/runs/$run/steps/$node"
        params={{ run: item.run, node: item.node }}
        className="step-box"
        data-status={item.status}
        draggable={false}
      >
        <StatusShape status={item.status} />
        <span className="step-box-text">
          <span className="cut">{item.node}</span>
          <small className="cut">
            {item.runName}
            {item.alsoIn > 0 && ` and ${item.alsoIn} more`}
          </small>
        </span>
      </Link>
    );
  }
  return (
    <Link
      to="/artifacts/$digest"
      params={{ digest: item.digest }}
      className={isSelf ? 'step-box artifact-box self' : 'step-box artifact-box'}
      draggable={false}
      aria-current={isSelf ? 'page' : undefined}
    >
      <span className="step-box-text">
        <span className="cut">{item.name ?? item.label}</span>
        <small className="cut">
          {item.format} · {formatBytes(item.size)} · {shortDigest(item.digest)}
        </small>
      </span>
    </Link>
  );
}
