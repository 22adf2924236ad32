import { isSyntax, keyName, runtimeNode, type Syntax, valueFields } from './syntax.ts';

/**
 * What `node` does, as JSON text: the syntax tree without types, comments, layout and spelling (`'a'` or `"a"`, `1.0` or `1`).
 * Equal texts run alike. Never change its form without raising the digester's version.
 */
export const codeText = (node: Syntax): string => JSON.stringify(erased(node));

function erased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(erased).filter((item) => item !== undefined);
  if (!isSyntax(value)) return plain(value);
  const node = runtimeNode(value);
  // Undefined, not null: what is erased leaves no place, a hole in an array (`[, a]`) does.
  if (!node) return undefined;
  if (node.type === 'Literal') return literal(node);
  const parts: unknown[] = [node.type];
  for (const key of valueFields(node)) {
    const field = node[key];
    // Absent, off and empty are one: a newer parser that adds a field changes no digest.
    if (field === null || field === undefined || field === false || (Array.isArray(field) && field.length === 0))
      continue;
    const item = key === 'key' ? keyText(node) : erased(field);
    if (item !== undefined && !(Array.isArray(item) && item.length === 0)) parts.push(key, item);
  }
  return parts;
}

/** `{ a: 1 }` and `{ 'a': 1 }` name one property. */
function keyText(node: Syntax): unknown {
  const name = node['computed'] ? undefined : keyName(node['key'], false);
  return name === undefined ? erased(node['key']) : ['Key', name];
}

/** Numbers as text: JSON knows no Infinity, which `1e999` is. */
function literal(node: Syntax): unknown {
  const { value, bigint, regex } = node as unknown as {
    readonly value: unknown;
    readonly bigint?: string;
    readonly regex?: { readonly pattern: string; readonly flags: string };
  };
  if (regex) return ['RegExp', regex.pattern, regex.flags];
  if (bigint !== undefined) return ['BigInt', bigint];
  if (typeof value === 'number') return ['Number', String(value)];
  return ['Literal', value];
}

/** Data of a node that is no node: names, operators, a template's `{ raw, cooked }`. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value);
}
