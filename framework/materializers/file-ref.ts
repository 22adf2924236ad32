import { basename, resolve } from 'node:path';
import { sluiceError } from '../errors.ts';
import { statOf } from './stat-of.ts';

/**
 * A file as a step's input or output. Identity is its bytes and its name; where it lies is not.
 * From a step: `FileRef.of(path)`. Into a step: `path` is a local, read-only file with the right name.
 */
export class FileRef {
  private constructor(
    readonly path: string,
    readonly name: string,
  ) {}

  /** @throws ERR_FILE_NOT_FOUND when `path` is not a file. */
  static of(path: string, options: { readonly name?: string } = {}): FileRef {
    const absolute = resolve(path);
    if (!statOf(absolute)?.isFile()) {
      throw sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'File' });
    }
    return new FileRef(absolute, options.name ?? basename(absolute));
  }
}
