import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The parts of Sluice's own package.json that a new project needs. */
export interface OwnManifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Folder of the installed package, whether this runs from its source or from its bundle. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'templates', 'project'))) return folder;
    if (folder === dirname(folder))
      throw new Error('The templates of sluice init are not beside the command: the installation is not whole.');
  }
}

export const ownManifest = (root: string): OwnManifest =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as OwnManifest;
