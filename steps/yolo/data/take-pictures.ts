import type { Digest } from 'sluice';
import { checkPicture } from './check-picture.ts';
import type { SourcePicture } from './opened-source.ts';
import type { Finding } from './prepared-dataset.ts';

export interface CheckedPicture extends SourcePicture {
  readonly digest: Digest;
}

/** Enough to keep sharp's threads busy; more would only hold more files in memory. */
const AT_ONCE = 8;

/**
 * Opens every picture and keeps the readable ones; with a limit, the first so many by name that have a box. Pictures beyond it are not opened.
 *
 * @param pictures sorted by name.
 * @throws the signal's reason when it is aborted.
 */
export async function takePictures(
  pictures: readonly SourcePicture[],
  options: {
    readonly limit: number | null;
    readonly signal: AbortSignal;
    readonly onProgress: (done: number, of: number) => void;
  },
): Promise<{ readonly taken: readonly CheckedPicture[]; readonly findings: readonly Finding[] }> {
  const { limit } = options;
  const candidates = limit === null ? pictures : pictures.filter(({ rows }) => rows.length > 0);
  const most = Math.min(limit ?? Number.POSITIVE_INFINITY, candidates.length);
  const taken: CheckedPicture[] = [];
  const findings: Finding[] = [];
  const reported = new Set<string>();
  for (let next = 0; next < candidates.length && taken.length < most; ) {
    options.signal.throwIfAborted();
    const batch = candidates.slice(next, next + Math.min(AT_ONCE, most - taken.length));
    next += batch.length;
    const checks = await Promise.all(batch.map(({ path, digest }) => (digest ? { digest } : checkPicture(path))));
    for (const [i, check] of checks.entries()) {
      const picture = batch[i]!;
      if ('digest' in check) taken.push({ ...picture, digest: check.digest });
      else if (!reported.has(picture.path)) {
        reported.add(picture.path);
        const message = `no readable picture: ${check.problem}; left out`;
        findings.push({ severity: 'error', code: 'unreadable-image', message, file: picture.file });
      }
    }
    options.onProgress(taken.length, most);
  }
  return { taken, findings };
}
