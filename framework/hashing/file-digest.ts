import { open } from 'node:fs/promises';
import { inputError, sluiceError } from '../errors.ts';
import { type Blake3, WORTH_BLAKE3 } from './blake3.ts';
import type { Digest } from './digest.ts';
import { runningDigests } from './running-digests.ts';
import { systemReason } from './system-reason.ts';

/** Big enough to keep a disk busy, small enough to block the event loop for less than a millisecond of hashing. */
const CHUNK = 1 << 20;

export interface FileDigest {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  /** Of a big file, where it was counted: another way to check bytes that are said to be its. */
  readonly blake3?: Blake3;
}

export interface DigestOfFileOptions {
  /** Gets each chunk as it passes and is waited for; the chunk is only valid until then. Makes hashing and copying one pass. */
  readonly sink?: (chunk: Uint8Array) => Promise<void>;
  /** Counts the BLAKE3 of a big file beside it. Default: no. */
  readonly blake3?: boolean;
}

/**
 * SHA-256 of a file's bytes in two buffers of at most 1 MiB: while one is hashed, the next one is read.
 * @throws what `open` and `read` throw (ENOENT, EACCES, EISDIR …).
 */
export async function digestOfFile(path: string, options: DigestOfFileOptions = {}): Promise<FileDigest> {
  const { sink, blake3 = false } = options;
  const file = await open(path, 'r');
  try {
    const { size: expected } = await file.stat();
    // One byte more than the file, so that a small one is read to its end at once.
    const length = Math.min(CHUNK, expected + 1);
    const buffers = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)] as const;
    const hash = runningDigests(blake3 && expected >= WORTH_BLAKE3 ? 'both' : 'sha256');
    let size = 0;
    let { bytesRead, buffer } = await file.read(buffers[0], 0, length, null);
    while (bytesRead > 0) {
      const chunk = buffer.subarray(0, bytesRead);
      const next = file.read(buffer === buffers[0] ? buffers[1] : buffers[0], 0, length, null);
      const sunk = sink?.(chunk);
      hash.update(chunk);
      size += bytesRead;
      const [after] = await Promise.all([next, sunk]);
      ({ bytesRead, buffer } = after);
    }
    const { digest, ...more } = hash.digests();
    return { digest: digest as Digest, size, ...more };
  } finally {
    await file.close();
  }
}

/** `digestOfFile` of a file that belongs to the user: faults are told in words. @throws ERR_FILE_NOT_FOUND, ERR_INPUT */
export async function digestOfSource(path: string): Promise<FileDigest> {
  try {
    return await digestOfFile(path, { blake3: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'File' }, error);
    }
    throw inputError(`${path} can't be read: ${systemReason(error)}.`, 'Mend its permissions, or leave it out.', error);
  }
}
