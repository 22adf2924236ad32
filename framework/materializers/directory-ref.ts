import { basename, resolve } from 'node:path';
import { sluiceError } from '../errors.ts';
import { statOf } from './stat-of.ts';

/**
 * A folder with all files below it as a step's input or output. Identity is the relative paths and bytes of its files, and its name.
 * From a step: `DirectoryRef.of(path)`. Into a step: `path` is a local, read-only folder.
 */
export class DirectoryRef {
  private constructor(
    readonly path: string,
    readonly name: string,
  ) {}

  /** @throws ERR_FILE_NOT_FOUND when `path` is not a folder. */
  static of(path: string, options: { readonly name?: string } = {}): DirectoryRef {
    const absolute = resolve(path);
    if (!statOf(absolute)?.isDirectory()) {
      throw sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'Folder' });
    }
    return new DirectoryRef(absolute, options.name ?? basename(absolute));
  }
}
