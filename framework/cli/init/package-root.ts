import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackage } from '../../find-package.ts';

/** The parts of Sluice's own package.json that a new project needs. */
export interface OwnManifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Folder of the installed package, which a command has. */
export function packageRoot(): string {
  const folder = findPackage();
  if (folder === undefined)
    throw new Error('The package of the command is not around it: the installation is not whole.');
  return folder;
}

export const ownManifest = (root: string): OwnManifest =>
  JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as OwnManifest;
