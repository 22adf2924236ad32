/** Child → parent of the edges along a path of nodes, from the first on: an edge that only joins two nodes of the path is not on it. */
export function pathEdges(path: ReadonlySet<string>): ReadonlyMap<string, string> {
  const ids = [...path];
  return new Map(ids.slice(1).map((id, i) => [id, ids[i]!]));
}
