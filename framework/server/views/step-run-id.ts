/** `<run id>/<node id>` as its two halves. */
export function stepRunOf(id: string): { readonly run: string; readonly node: string } {
  const at = id.indexOf('/');
  return at < 0 ? { run: id, node: '' } : { run: id.slice(0, at), node: id.slice(at + 1) };
}
