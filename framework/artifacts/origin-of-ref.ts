import type { Digest } from '../hashing/digest.ts';
import { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';

const origins = new WeakMap<object, Digest>();

/** Notes which artifact a file or folder was read from; any other value is passed through. */
export function withOrigin<T>(value: T, digest: Digest): T {
  if (value instanceof FileRef || value instanceof DirectoryRef) origins.set(value, digest);
  return value;
}

/** Digest of the artifact that a step's file or folder came from: known without reading it again. Undefined for one that came from no store. */
export const originOfRef = (ref: FileRef | DirectoryRef): Digest | undefined => origins.get(ref);
