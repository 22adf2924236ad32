import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LeftBehind } from './content-folder.ts';
import { isLeftBehind } from './temporary-name.ts';

/** What writers that died left in a folder of temporary files, or nobody has written to since `before` (milliseconds since the epoch). */
export function leftBehind(folder: string, before: number): readonly LeftBehind[] {
  const found: LeftBehind[] = [];
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat && isLeftBehind(name, stat.mtimeMs, before)) found.push({ path, size: stat.isFile() ? stat.size : 0 });
  }
  return found;
}
