import type { Digest } from '../../hashing/digest.ts';
import { mapLimited } from '../../hashing/map-limited.ts';
import type { S3Connection } from './s3-connection.ts';
import { listObjects } from './s3-list.ts';

export interface SizesContext {
  readonly connection: S3Connection;
  /** `PREFIX/objects/` */
  readonly root: string;
  readonly size: (digest: Digest) => Promise<number | undefined>;
}

/** Requests at a time. */
const PARALLEL = 16;
/** So few are asked one by one. */
const FEW = 48;
/** A listing tells of an object for about this part of what a request about it costs. */
const CHEAPER = 8;
const DIGITS = [...'0123456789abcdef'];

/**
 * Sizes of many objects. Names are digests, evenly spread: one listing of the 256th part of them tells how many there are, and so whether
 * to list them all (a folder of a thousand files in a bucket of its project) or to ask for each (the same in the bucket of a whole company).
 */
export async function sizesOf(
  digests: readonly Digest[],
  context: SizesContext,
): Promise<readonly (number | undefined)[]> {
  const wanted = new Set(digests);
  const isListed = wanted.size > FEW && (await estimate(digests[0] as Digest, context)) < wanted.size * CHEAPER;
  if (!isListed) return mapLimited(digests, PARALLEL, context.size);
  const { connection, root } = context;
  const sizes = new Map<string, number>();
  await mapLimited(DIGITS, PARALLEL, async (digit) => {
    for await (const { name, size } of listObjects(connection, root + digit)) sizes.set(name, size);
  });
  return digests.map((digest) => sizes.get(`${root}${digest.slice(0, 2)}/${digest.slice(2)}`));
}

/** How many objects there are, about. */
async function estimate(digest: Digest, { connection, root }: SizesContext): Promise<number> {
  let count = 0;
  for await (const _ of listObjects(connection, `${root}${digest.slice(0, 2)}/`)) count += 256;
  return count;
}
