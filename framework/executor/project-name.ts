import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readManifest } from '../code/find-package.ts';

/** What a project calls itself, on every machine the same: the name in its package.json, else its folder's. */
export function projectName(projectDir: string): string {
  const named = existsSync(join(projectDir, 'package.json')) ? readManifest(projectDir).name : undefined;
  return named ?? basename(projectDir);
}
