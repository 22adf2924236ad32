/** args.yaml: the settings of a run, one a line. Strings as in JSON, which YAML reads. */
export function argsYaml(
  settings: Readonly<Record<string, string | number | boolean | null | readonly string[]>>,
): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}
