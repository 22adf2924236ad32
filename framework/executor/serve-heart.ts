import threads from 'node:worker_threads';
import type { Claim, MetadataStore } from '../components/metadata-store.ts';
import type { CacheKey } from '../model/key-part.ts';
import type { HeartJob, ToHeart } from './heart.ts';
import { messageOf } from './stored-error.ts';

/** Often enough that several beats may fail before anybody takes the executor for dead. */
const BEAT_MS = 5000;

interface Held {
  readonly claim: Claim;
  readonly leaseMs: number;
}

/** The body of a heart's thread: beats until it is told to stop. */
export function serveHeart(
  open: (stack: HeartJob['stack']) => Promise<{
    readonly store: Pick<MetadataStore, 'heartbeat' | 'renewClaim'>;
    close(): Promise<void>;
  }>,
): void {
  const { executor, stack } = threads.workerData as HeartJob;
  const held = new Map<CacheKey, Held>();
  const opening = open(stack);
  let beating = Promise.resolve();

  async function beat(): Promise<void> {
    const { store } = await opening;
    await store.heartbeat(executor);
    // What was taken over meanwhile shows at the commit.
    for (const { claim, leaseMs } of [...held.values()]) await store.renewClaim(claim, leaseMs);
  }

  const timer = setInterval(() => {
    beating = beating.then(beat).catch((error: unknown) => {
      process.emitWarning(`Sluice: a heartbeat failed: ${messageOf(error)}`);
    });
  }, BEAT_MS);

  threads.parentPort?.on('message', async (message: ToHeart) => {
    if (message.type === 'hold') held.set(message.claim.key, message);
    else if (message.type === 'drop') held.delete(message.key);
    else {
      clearInterval(timer);
      await beating;
      await (await opening).close();
      threads.parentPort?.close();
    }
  });
}
