import { type Stats, statSync } from 'node:fs';
import { sluiceError } from '../errors.ts';
import { systemReason } from '../hashing/system-reason.ts';

/** What lies at a path; undefined when nothing does. @throws ERR_STORE_READ when the disk can't say. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw sluiceError('ERR_STORE_READ', { store: 'of files', path, reason: systemReason(error) }, error);
  }
}
