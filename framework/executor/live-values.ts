import type { Provenance } from '../authoring/recorder.ts';
import { isPlain, OutputRef } from '../dag/output-ref.ts';
import { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';
import type { Output } from '../model/artifact.ts';

/** Where the values that a live body holds came from. */
export interface LiveValues extends Provenance {
  /** Remembers a result before the body gets it, and freezes what of it can be frozen. */
  add(node: string, output: Output, value: unknown): void;
  /** For a reference that `refOf` made: the value behind it, if the body could have changed it since. */
  loose(ref: OutputRef): { readonly value: unknown } | undefined;
}

/** A result with more objects than this has no lineage for those that come later; they count by their content like all deeper parts. */
const MOST_PARTS = 20_000;

/**
 * Results keep their identity by the object: the whole output, and each of its top-level fields, is an input by the digest of its artifact when
 * it is handed on as it is. What lies deeper, and what is no object, counts by its content: an item of a list is the same argument whatever
 * else is in the list. Plain objects and arrays are frozen, so a value that was changed can't pass for the one that a step returned; what
 * JavaScript can't freeze (Map, Set, Date, typed arrays, instances) is `loose`.
 */
export function createLiveValues(): LiveValues {
  const whole = new WeakMap<object, { readonly node: string; readonly path: readonly string[]; isLoose: boolean }>();
  const parts = new WeakMap<object, string>();
  const handedOn = new WeakMap<OutputRef, object>();

  function remember(value: unknown, node: string, path: readonly string[]): boolean {
    if (value === null || typeof value !== 'object') return false;
    const budget = { left: MOST_PARTS };
    const isLoose = freeze(value, (part) => {
      if (budget.left-- > 0) parts.set(part, node);
    });
    whole.set(value, { node, path, isLoose });
    return isLoose;
  }

  return {
    add(node, output, value) {
      if (output.kind === 'value') {
        remember(value, node, []);
        return;
      }
      const fields = Object.entries(value as object).map(([field, item]) => remember(item, node, [field]));
      whole.set(value as object, { node, path: [], isLoose: fields.includes(true) });
      Object.freeze(value);
    },
    refOf(value) {
      const known = isObject(value) ? whole.get(value) : undefined;
      if (!known) return undefined;
      const ref = new OutputRef(known.node, known.path);
      if (known.isLoose) handedOn.set(ref, value as object);
      return ref;
    },
    partOf: (value) => (isObject(value) ? parts.get(value) : undefined),
    loose(ref) {
      const value = handedOn.get(ref);
      return value && { value };
    },
  };
}

const isObject = (value: unknown): value is object => value !== null && typeof value === 'object';

/** Freezes plain data all the way down. @returns whether something in it can still be changed. */
function freeze(value: object, onPart: (part: object) => void): boolean {
  if (value instanceof FileRef || value instanceof DirectoryRef) {
    Object.freeze(value);
    return false;
  }
  if (!Array.isArray(value) && !isPlain(value)) return true;
  let isLoose = false;
  for (const item of Object.values(value)) {
    if (!isObject(item)) continue;
    onPart(item);
    if (freeze(item, onPart)) isLoose = true;
  }
  Object.freeze(value);
  return isLoose;
}
