/** YAML of plain data; the library is loaded on first use. */
export async function yamlText(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  // Once through JSON: undefined fields go, and what YAML would write as anchors for shared objects is written out.
  return stringify(JSON.parse(JSON.stringify(value)), { lineWidth: 0 });
}
