import { SluiceError } from '../errors.ts';
import type { Digest } from '../hashing/digest.ts';

/** Something outside the store that joined a key: if it is not what it was when the step has ended, nobody knows which of the two the step saw. */
export interface WatchedInput {
  /** Name of the key's part. */
  readonly part: string;
  /** As it was when the key was made. */
  readonly digest: Digest;
  /** As it is now; undefined, or ERR_FILE_NOT_FOUND, when it is gone. */
  digestNow(): Promise<Digest | undefined>;
}

/** Parts that are not any more what they were. */
export async function changedInputs(watched: readonly WatchedInput[]): Promise<readonly string[]> {
  const now = await Promise.all(watched.map(digestUnlessGone));
  return watched.filter(({ digest }, i) => now[i] !== digest).map(({ part }) => part);
}

async function digestUnlessGone(input: WatchedInput): Promise<Digest | undefined> {
  try {
    return await input.digestNow();
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'ERR_FILE_NOT_FOUND') return undefined;
    throw error;
  }
}
