import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folder of the built page in the package; undefined when it was not built. */
export function viewerPages(packageRoot: string): string | undefined {
  const folder = join(packageRoot, 'dist', 'viewer');
  return existsSync(join(folder, 'index.html')) ? folder : undefined;
}
