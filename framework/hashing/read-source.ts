import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { inputError, sluiceError } from '../errors.ts';
import { isSystemCode } from './is-system-code.ts';
import { systemReason } from './system-reason.ts';

/** Bytes of a user's file. @throws ERR_FILE_NOT_FOUND */
export function sizeOfSource(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw notFound(file);
  return stat.size;
}

/**
 * A user's file: its bytes when they are at most `most`, else their number. By one `open` and at once, for to hand the read of a small file to another thread
 * takes several times as long as the read. Done before a store is touched, so that the file's faults are not told as the store's.
 * @throws ERR_FILE_NOT_FOUND, ERR_INPUT when it may not be read; what the system throws.
 */
export function readSource(file: string, most: number): Uint8Array | number {
  const source = openSource(file);
  try {
    const { size } = fstatSync(source);
    // Files that the system makes up as one reads have no size.
    if (size === 0) return readFileSync(source);
    return size <= most ? readUpTo(source, size) : size;
  } finally {
    closeSync(source);
  }
}

function openSource(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if (isSystemCode(error, 'ENOENT', 'ENOTDIR')) throw notFound(file, error);
    if (!isSystemCode(error, 'EACCES', 'EPERM')) throw error;
    throw inputError(`${file} can't be read: ${systemReason(error)}.`, 'Mend its permissions.', error);
  }
}

/** What is there of `size` bytes: the file may have become shorter. */
function readUpTo(source: number, size: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(size);
  let filled = 0;
  for (let read = -1; read !== 0 && filled < size; filled += read)
    read = readSync(source, bytes, filled, size - filled, null);
  return bytes.subarray(0, filled);
}

const notFound = (path: string, cause?: unknown): Error =>
  sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'File' }, cause);
