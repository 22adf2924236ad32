import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the installed package, whether this runs from its source or from its bundle; undefined where only parts of it were taken along, as by a user's bundler. */
export function findPackage(): string | undefined {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(commandFile(folder))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The command's own file in it. */
export const commandFile = (folder: string): string => join(folder, 'bin', 'sluice.js');
