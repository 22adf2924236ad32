/** Stands, inside a node's recorded arguments, for a value that does not exist yet: the output of another node, or a field of it. */
export class OutputRef {
  constructor(
    /** Id of the node whose output it is. */
    readonly node: string,
    /** Fields from the output down: `[]` the whole output, `['val']` its field. */
    readonly path: readonly string[],
  ) {}

  toString(): string {
    return [this.node, ...this.path].join('.');
  }
}

/**
 * A copy of `value` in which every OutputRef inside plain objects and arrays is replaced; all else is the very same object.
 * @param where is extended by `.field` and `[index]` on the way down.
 */
export function mapRefs(value: unknown, replace: (ref: OutputRef, where: string) => unknown, where = ''): unknown {
  if (value instanceof OutputRef) return replace(value, where);
  if (Array.isArray(value)) return value.map((item, i) => mapRefs(item, replace, `${where}[${i}]`));
  if (isPlain(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapRefs(item, replace, where ? `${where}.${key}` : key)]),
    );
  }
  return value;
}

/** Every OutputRef inside, in reading order. */
export function refsIn(value: unknown): OutputRef[] {
  const found: OutputRef[] = [];
  mapRefs(value, (ref) => found.push(ref));
  return found;
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
