import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { MetadataStore } from '../../framework/components/metadata-store.ts';
import { createClaimKeeper } from '../../framework/executor/claim-keeper.ts';
import { noHeart } from '../../framework/executor/heart.ts';
import type { CacheKey } from '../../framework/model/key-part.ts';
import { sampleAttempt, sampleCommit, sampleRun, sampleStep } from './metadata-store/sample-records.ts';

/** The step of `computeOnce`, and the text that its key is made of. */
export const COMPUTED = 'load';

/** A run of one step, which `computeOnce` will compute. */
export const prepare = (store: MetadataStore, run: string): Promise<void> =>
  store.createRun(sampleRun(run), [sampleStep(run, COMPUTED)]);

/**
 * What a run does for a step whose key others may want too, with the executor's own claims: claim it and begin, or wait; say so in `file`; commit.
 * @param hangs it never comes to the end of the step.
 * @returns whose result it is in the end.
 */
export async function computeOnce(
  store: MetadataStore,
  options: { readonly key: CacheKey; readonly run: string; readonly file: string; readonly hangs: boolean },
): Promise<string> {
  const { key, run, file, hangs } = options;
  const claims = createClaimKeeper(run, store, noHeart);
  const attempt = sampleAttempt(`${run}/${COMPUTED}`);
  for (;;) {
    const answer = await claims.begin({ key, attempt, change: { status: 'running', key, attempts: 1 } }, 'inline');
    if ('stored' in answer) return answer.stored.origin;
    if ('heldBy' in answer) {
      await claims.whenFree(answer.heldBy, new AbortController().signal);
      continue;
    }
    appendFileSync(file, `${run}\n`);
    if (hangs) await pause(2 ** 30);
    if (!(await store.commit(sampleCommit(run, COMPUTED, { claim: answer.claim })))) continue;
    return `${run}/${COMPUTED}`;
  }
}
