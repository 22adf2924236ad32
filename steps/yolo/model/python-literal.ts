/** Class names as Ultralytics keeps them in a model's metadata, a Python dict in text form: `{0: 'person', 1: "driver's cab"}`. */
export function pythonDict(names: readonly string[]): string {
  return `{${names.map((name, i) => `${i}: ${pythonString(name)}`).join(', ')}}`;
}

/** Reads such a dict, or the list form `['person']`; null when the text is neither. Keys must be 0, 1, 2, … in any order. */
export function namesOfPythonDict(text: string): readonly string[] | null {
  const body = /^\s*[{[](.*)[}\]]\s*$/s.exec(text)?.[1];
  if (body === undefined) return null;
  const names: string[] = [];
  const entry = /\s*(?:(\d+)\s*:\s*)?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*(?:,|$)/gsy;
  let end = 0;
  for (let match = entry.exec(body); match !== null; match = entry.exec(body)) {
    names[match[1] === undefined ? names.length : Number(match[1])] = unquoted(match[2]!);
    end = entry.lastIndex;
    if (end === body.length) break;
  }
  const complete = names.length > 0 && body.slice(end).trim() === '' && names.every((name) => name !== undefined);
  return complete && Object.keys(names).length === names.length ? names : null;
}

/** Python's repr(): single quotes unless the text has some and no double ones. */
function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function unquoted(literal: string): string {
  const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  return literal.slice(1, -1).replace(/\\(.)/gs, (_, character: string) => controls[character] ?? character);
}
