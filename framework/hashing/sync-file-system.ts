import { execFile } from 'node:child_process';
import { release } from 'node:os';

/** From 5.8 on, Linux tells whoever asks for all of a file system to be written that some of it could not be. */
const TELLS_FAULTS = [5, 8] as const;

/**
 * Writes everything that the file system around `folder` holds back to its disk, at the price of one or two files: `sync -f`, which is
 * `syncfs(2)`. Node has no call for it.
 *
 * @returns false where that can't be, or the disk refused something: each file is to be asked for by itself.
 */
export async function syncFileSystem(folder: string): Promise<boolean> {
  if (!tellsFaults()) return false;
  return new Promise((done) => {
    execFile('sync', ['-f', folder], (error) => done(error === null));
  });
}

function tellsFaults(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const [from, minorFrom] = TELLS_FAULTS;
  return process.platform === 'linux' && (major > from || (major === from && minor >= minorFrom));
}
