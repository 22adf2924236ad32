import { shortDigest } from '../../hashing/digest.ts';
import type { Lineage } from '../../server/api/artifact.ts';
import { sizeText } from '../format/size.ts';
import type { Colors } from '../reporters/terminal.ts';

type Node = Lineage['nodes'][number];

/** A way from the artifact: against the edges to what it was made from, or along them to what was made of it. */
interface Way {
  readonly title: string;
  readonly mark: string;
  next(node: string): readonly { readonly node: Node; readonly label: string }[];
}

/** A lineage as two trees of lines, of which the artifact is the root. What was met before stands there once more, and what is behind it does not. */
export function lineageLines({ nodes, edges, truncated }: Lineage, colors: Colors): readonly string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const neighbours = (end: 'from' | 'to', at: string): ReturnType<Way['next']> =>
    edges.flatMap((edge) => {
      const node = byId.get(edge[end]);
      return edge[end === 'from' ? 'to' : 'from'] === at && node ? [{ node, label: edge.label }] : [];
    });
  const ways: readonly Way[] = [
    { title: 'made from', mark: '←', next: (node) => neighbours('from', node) },
    { title: 'used for', mark: '→', next: (node) => neighbours('to', node) },
  ];
  const [root] = nodes;
  if (!root) return [];
  const trees = ways.flatMap((way) => {
    const lines = treeLines(root, { way, colors, seen: new Set([root.id]) }, '  ');
    return lines.length > 0 ? [colors.dim(way.title), ...lines] : [];
  });
  const alone = trees.length > 0 ? [] : ['No step of the record made it or used it.'];
  const more = truncated ? [colors.dim('There is more: --depth goes further.')] : [];
  return [said(root, '', colors), ...trees, ...alone, ...more];
}

interface Walk {
  readonly way: Way;
  readonly colors: Colors;
  readonly seen: Set<string>;
}

function treeLines(from: Node, walk: Walk, indent: string): string[] {
  const { way, colors, seen } = walk;
  return way.next(from.id).flatMap(({ node, label }) => {
    const line = `${indent}${colors.dim(way.mark)} ${said(node, label, colors)}`;
    if (seen.has(node.id)) return [line];
    seen.add(node.id);
    return [line, ...treeLines(node, walk, `${indent}  `)];
  });
}

/** @param label the field that a step put out, or the argument as which it got an artifact. */
function said(node: Node, label: string, colors: Colors): string {
  const as = label === '' ? '' : colors.dim(` (${label})`);
  if (node.kind === 'artifact')
    return `${node.label} ${colors.bold(shortDigest(node.digest))} ${colors.dim(sizeText(node.size))}${as}`;
  const others = node.alsoIn > 0 ? ` and ${node.alsoIn} more` : '';
  return `${colors.cyan(node.node)}${as} ${colors.dim(`of ${node.runName}${others}`)}`;
}
