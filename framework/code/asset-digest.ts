import { type Digest, sha256 } from '../hashing/digest.ts';
import { readSource, type Source } from './sources.ts';

/** Of a file that code imports or names: layout of JSON is no more code than layout of TypeScript. */
export const assetDigest = (path: string, source: Source): Digest =>
  path.endsWith('.json') ? sha256(compactJson(source.text)) : source.digest;

/** As it is on disk now; undefined when it is gone. */
export function assetDigestNow(path: string): Digest | undefined {
  try {
    return assetDigest(path, readSource(path));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function compactJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // Importing it will fail, and say why; until then its text is what it is.
    return text;
  }
}
