import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** What Ultralytics takes for a picture, and GIF; a kind that sharp can't open is then reported, not passed over. */
const PICTURES = new Set('.avif .bmp .gif .heic .jp2 .jpeg .jpg .mpo .png .tif .tiff .webp'.split(' '));

export const isPicture = (file: string): boolean => PICTURES.has(extname(file).toLowerCase());

/**
 * Paths of all files below `folder` that `wanted` takes, relative, `/` between, sorted by UTF-16 code units. Links are followed; names that begin with
 * a dot (macOS leaves `._0001.jpg`) are passed over.
 */
export async function listFiles(folder: string, wanted: (file: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  const walk = async (prefix: string): Promise<void> => {
    for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = prefix + entry.name;
      const kind = entry.isSymbolicLink() ? await stat(join(folder, path)) : entry;
      if (kind.isDirectory()) await walk(`${path}/`);
      else if (kind.isFile() && wanted(entry.name)) found.push(path);
    }
  };
  await walk('');
  return found.sort();
}

/** `a/0001.jpg` → `a/0001`. */
export const withoutExtension = (path: string): string => path.slice(0, path.length - extname(path).length);
