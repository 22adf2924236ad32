/** Where the bytes of an artifact are, or of a file inside one that is a folder. @param show as a page in a frame, not as a download */
export function contentUrl(
  digest: string,
  { path, show = false }: { readonly path?: string; readonly show?: boolean } = {},
): string {
  const query = new URLSearchParams({ ...(path !== undefined && { path }), ...(show && { show: '1' }) }).toString();
  return `/api/artifacts/${digest}/content${query === '' ? '' : `?${query}`}`;
}
