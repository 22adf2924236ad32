/**
 * Names of a method's parameters, from its source text: for people and for the names of key parts, never for a digest.
 * A pattern (`{ a, b }`) or anything not understood has no name: undefined in its place.
 */
export function parameterNames(method: (...args: never[]) => unknown): readonly (string | undefined)[] {
  const read = known.get(method) ?? readNames(method);
  known.set(method, read);
  return read;
}

/** A pipeline of ten thousand calls has a handful of methods. */
const known = new WeakMap<object, readonly (string | undefined)[]>();

function readNames(method: (...args: never[]) => unknown): readonly (string | undefined)[] {
  const source = Function.prototype.toString.call(method);
  const open = source.indexOf('(');
  const names: (string | undefined)[] = [];
  let start = open + 1;
  for (let i = start, depth = 0; open >= 0 && i < source.length; i = afterToken(source, i)) {
    const char = source[i]!;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && depth-- === 0) return endOfList(names, source.slice(start, i));
    else if (char === ',' && depth === 0) {
      names.push(nameOf(source.slice(start, i)));
      start = i + 1;
    }
  }
  return names;
}

/** Index of the next character to look at: text literals and comments are stepped over whole. */
function afterToken(source: string, i: number): number {
  const char = source[i]!;
  if (source.startsWith('/*', i)) return source.indexOf('*/', i) + 2 || source.length;
  if (source.startsWith('//', i)) return source.indexOf('\n', i) + 1 || source.length;
  if (!`'"\``.includes(char)) return i + 1;
  let end = i + 1;
  while (end < source.length && source[end] !== char) end += source[end] === '\\' ? 2 : 1;
  return end + 1;
}

function endOfList(names: (string | undefined)[], last: string): readonly (string | undefined)[] {
  return last.trim() === '' ? names : [...names, nameOf(last)];
}

const nameOf = (parameter: string): string | undefined =>
  /^\s*(?:\.\.\.)?\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(parameter.replace(/\/\*.*?\*\//gs, ''))?.[1];
