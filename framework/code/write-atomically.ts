import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const refused = new Set<string>();

/**
 * Writes a file of a cache that several processes share: each has a temporary name of its own, and the last rename wins with the same bytes.
 * A cache that can't be written (read-only checkout, full disk) costs time, never the run: it is said once a folder, and false is returned.
 */
export function writeAtomically(file: string, text: string): boolean {
  const folder = dirname(file);
  if (refused.has(folder)) return false;
  const temporary = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, file);
    return true;
  } catch (error) {
    refused.add(folder);
    removeHalf(temporary);
    process.emitWarning(`sluice can't keep what it knows of your code in ${folder}: ${(error as Error).message}`, {
      code: 'SLUICE_CODE_CACHE',
    });
    return false;
  }
}

function removeHalf(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The disk that refused the write refuses this too; nobody reads a file of that name.
  }
}
