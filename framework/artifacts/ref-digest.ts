import { type Digest, sha256 } from '../hashing/digest.ts';
import { digestOfSource, type FileDigest } from '../hashing/file-digest.ts';
import { knownDigests } from '../hashing/known-digests.ts';
import { mapLimited } from '../hashing/map-limited.ts';
import { encodeManifest } from '../materializers/directory-manifest.ts';
import type { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';
import { listFolder } from '../materializers/list-folder.ts';

/** Two buffers of 1 MiB each: the memory this takes, whatever the sizes of the files. */
const PARALLEL = 8;

export interface RefDigest {
  /** The digest that the artifact would have: of the file's bytes, or of the folder's manifest. The name is not in it. */
  readonly digest: Digest;
  /** Bytes, as in the artifact's record. */
  readonly size: number;
  /** Number of files. */
  readonly files: number;
}

/**
 * Identity of a user's file or folder that a pipeline body passes as an argument; nothing is stored. Files that are as they were are not read again.
 * @throws ERR_FILE_NOT_FOUND, ERR_INPUT as `listFolder` does.
 */
export async function digestOfRef(ref: FileRef | DirectoryRef): Promise<RefDigest> {
  try {
    if (ref instanceof FileRef) return { ...(await digestOfFile(ref.path)), files: 1 };
    const files = await mapLimited(await listFolder(ref.path), PARALLEL, async ({ path, absolute }) => ({
      path,
      ...(await digestOfFile(absolute)),
    }));
    const manifest = encodeManifest(files);
    const size = files.reduce((sum, file) => sum + file.size, manifest.byteLength);
    return { digest: sha256(manifest), size, files: files.length };
  } finally {
    knownDigests()?.keep();
  }
}

async function digestOfFile(path: string): Promise<FileDigest> {
  const known = knownDigests();
  const seen = known?.look(path);
  const found = seen && known?.find(seen);
  if (found) return found;
  const read = await digestOfSource(path);
  if (seen) known?.note(seen, read);
  return read;
}
