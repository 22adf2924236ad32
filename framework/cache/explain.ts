import { shortDigest } from '../hashing/digest.ts';
import type { KeyPart } from '../model/key-part.ts';
import type { Status } from '../model/status.ts';

/** One part that is not the same in two keys; null where it is absent. */
export interface Difference {
  readonly part: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * The one that shares most parts; of equals the first (newest), but before it one of `own`.
 * @param own keys of the same call in earlier runs, newest first.
 */
export function nearestKey<R extends { readonly parts: readonly KeyPart[] }>(
  parts: readonly KeyPart[],
  earlier: readonly R[],
  own: readonly R[] = [],
): R | undefined {
  const [nearestOwn, nearest] = [mostAlike(parts, own), mostAlike(parts, earlier)];
  if (!nearestOwn || !nearest) return nearestOwn ?? nearest;
  return mostAlike(parts, [nearestOwn, nearest]);
}

function mostAlike<R extends { readonly parts: readonly KeyPart[] }>(
  parts: readonly KeyPart[],
  earlier: readonly R[],
): R | undefined {
  const index = indexOf(earlier);
  const shared = new Uint32Array(earlier.length);
  for (const { part, digest } of parts) for (const at of index.get(part)?.get(digest) ?? []) shared[at]!++;
  return earlier[shared.indexOf(Math.max(...shared))];
}

/** By name and digest of a part. */
type Holders = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
const indexes = new WeakMap<readonly object[], Holders>();

/** Which of the earlier keys have a part. Thousands of calls of one step are compared with one and the same list. */
function indexOf(earlier: readonly { readonly parts: readonly KeyPart[] }[]): Holders {
  const known = indexes.get(earlier);
  if (known) return known;
  const index = new Map<string, Map<string, number[]>>();
  for (const [at, { parts }] of earlier.entries()) {
    for (const { part, digest } of parts) {
      const named = index.get(part) ?? new Map<string, number[]>();
      index.set(part, named);
      const holders = named.get(digest);
      if (!holders) named.set(digest, [at]);
      else if (holders.at(-1) !== at) holders.push(at);
    }
  }
  indexes.set(earlier, index);
  return index;
}

/** Parts that differ, in the order of the later key; parts that went stand last. */
export function keyDifferences(before: readonly KeyPart[], after: readonly KeyPart[]): readonly Difference[] {
  const doubtful = doubtfulNames(before, after);
  const old = byName(before.filter(({ part }) => doubtful.has(part)));
  const now = byName(after.filter(({ part }) => doubtful.has(part)));
  const names = [...new Set([...now.keys(), ...old.keys()])];
  const found = names.filter((name) => digests(old.get(name)) !== digests(now.get(name)));
  // The digest over all code adds nothing once a symbol, package or version of Node is named.
  const named = found.filter((name) => /^(code .|package |node$)/.test(name));
  const kept = named.length > 0 ? found.filter((name) => name !== 'code') : found;
  return kept.map((part) => difference(part, old.get(part), now.get(part)));
}

/** Names that need a closer look: most parts of two keys are alike. */
function doubtfulNames(before: readonly KeyPart[], after: readonly KeyPart[]): Set<string> {
  // Two calls of one step have the same names in the same order, nearly always.
  if (before.length === after.length && before.every(({ part }, i) => part === after[i]?.part)) {
    return new Set(after.filter(({ digest }, i) => digest !== before[i]?.digest).map(({ part }) => part));
  }
  // Of a name that stands twice in one of them the count may be all that differs.
  const hasOtherCount = before.length !== after.length;
  const lacks = (parts: readonly KeyPart[]) => {
    const digests = new Map(parts.map(({ part, digest }) => [part, digest]));
    return ({ part, digest }: KeyPart): boolean => hasOtherCount || digests.get(part) !== digest;
  };
  return new Set([...after.filter(lacks(before)), ...before.filter(lacks(after))].map(({ part }) => part));
}

/** Names are almost always unique; fields such as `a.b` and `a: { b }` may share one. */
function byName(parts: readonly KeyPart[]): Map<string, KeyPart[]> {
  const map = new Map<string, KeyPart[]>();
  for (const part of parts) {
    const same = map.get(part.part);
    if (same) same.push(part);
    else map.set(part.part, [part]);
  }
  return map;
}

const digests = (parts: readonly KeyPart[] | undefined): string => (parts ?? []).map(({ digest }) => digest).join();

function difference(part: string, before?: readonly KeyPart[], after?: readonly KeyPart[]): Difference {
  const shown = (parts?: readonly KeyPart[]): string | null => parts?.map(({ display }) => display).join(', ') ?? null;
  const [a, b] = [shown(before), shown(after)];
  if (a !== b) return { part, before: a, after: b };
  // `1` and `'1'` inside longer values, or two files of one name: only the digests tell them apart.
  const exact = (parts?: readonly KeyPart[]): string | null =>
    parts?.map(({ display, digest }) => `${display} (${shortDigest(digest)})`).join(', ') ?? null;
  return { part, before: exact(before), after: exact(after) };
}

/**
 * Why there was no result to use again, one sentence.
 * @param nearest what the differences are to.
 * @param isElsewhere it is another pipeline's use of a step of that name: none of them "changed".
 */
export function missReason(
  differences: readonly Difference[] | undefined,
  nearest?: { readonly id: string; readonly status: Status },
  isElsewhere = false,
): string {
  if (!differences) return 'It never ran before.';
  if (isElsewhere) return 'It never ran in this pipeline.';
  const [first, ...others] = differences;
  if (!first) {
    const end = nearest && NO_RESULT[nearest.status];
    return end
      ? `The same call ${end} before (${nearest.id}), and only successes are used again.`
      : 'The same call has run before, but no result of it is kept.';
  }
  const said = oneDifference(first);
  return others.length === 0 ? `${said}.` : `${said}, and ${others.length} more.`;
}

/** Ends that leave no result. */
const NO_RESULT: Readonly<Partial<Record<Status, string>>> = {
  failed: 'failed',
  cancelled: 'was cancelled',
  lost: 'was lost',
};

function oneDifference({ part, before, after }: Difference): string {
  // The digests of code say nothing to people.
  if (part.startsWith('code')) return `${part} ${before === null ? 'is new' : after === null ? 'is gone' : 'changed'}`;
  if (before === null) return `${part} is new (${after})`;
  if (after === null) return `${part} is gone (was ${before})`;
  return `${part} changed from ${before} to ${after}`;
}
