import type { MetadataStore } from '../components/metadata-store.ts';
import type { Digest } from '../hashing/digest.ts';
import type { KeyPart } from '../model/key-part.ts';
import type { Difference } from './explain.ts';

/** A piece of source that is not what it was. */
export interface CodeDifference {
  /** As the key names it: from the root of the package, with slashes. */
  readonly file: string;
  /** `helper`, `Steps.train`, `(top level)`; null for a file that counts whole, such as JSON. */
  readonly symbol: string | null;
  /** Unified diff; its lines are counted from the beginning of the piece. */
  readonly diff: string;
}

/** One part that is not the same; code with the lines that changed, where the store has both texts. */
export interface ExplainedDifference extends Difference {
  readonly code?: CodeDifference;
}

const LINES_AROUND = 3;

/** Adds the changed lines to those differences that are code, as far as the store has kept the texts. */
export async function codeDifferences(
  store: Pick<MetadataStore, 'codeTexts'>,
  differences: readonly Difference[],
  keys: { readonly before: readonly KeyPart[]; readonly after: readonly KeyPart[] },
): Promise<readonly ExplainedDifference[]> {
  const isCode = ({ part }: Difference): boolean => part.startsWith('code ');
  if (!differences.some(isCode)) return differences;
  const before = digestsByPart(keys.before);
  const after = digestsByPart(keys.after);
  const wanted = differences
    .filter(isCode)
    .flatMap(({ part }) => [before.get(part) ?? [], after.get(part) ?? []].flat());
  const texts = await store.codeTexts([...new Set(wanted)]);
  const { formatPatch, structuredPatch } = await import('diff');
  return differences.map((difference) => {
    if (!isCode(difference)) return difference;
    const name = difference.part.slice('code '.length);
    const [old, now] = [before, after].map((digests) => textOf(digests.get(difference.part), texts));
    if (old === undefined || now === undefined) return difference;
    const patch = structuredPatch(`a/${name}`, `b/${name}`, old, now, undefined, undefined, { context: LINES_AROUND });
    const [file = name, symbol = null] = name.split('#', 2);
    return { ...difference, code: { file, symbol, diff: formatPatch(patch) } };
  });
}

const digestsByPart = (parts: readonly KeyPart[]): ReadonlyMap<string, Digest> =>
  new Map(parts.map(({ part, digest }) => [part, digest]));

/** Empty for a piece that wasn't there; undefined for one whose text was not kept. */
const textOf = (digest: Digest | undefined, texts: ReadonlyMap<Digest, string>): string | undefined =>
  digest === undefined ? '' : texts.get(digest);
