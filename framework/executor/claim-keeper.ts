import { hostname } from 'node:os';
import type { Claim, MetadataStore } from '../components/metadata-store.ts';
import type { CacheKey } from '../model/key-part.ts';
import { isFinal } from '../model/status.ts';
import { isProcessAlive } from './is-process-alive.ts';

/**
 * How long a claim is good without a sign of life. The heartbeat renews claims, but an inline step that blocks the event loop blocks the
 * heartbeat too, so liveness on one machine goes by the owner's process, at once and exactly, and the lease only serves owners on *other*
 * machines, of which nobody can ask the process table. It is long for inline steps, which may block, and short for process steps, which can't.
 */
const LEASE_MS = { inline: 3_600_000, process: 60_000 } as const;
const [FIRST_LOOK_MS, LAST_LOOK_MS] = [20, 500];

/** The claims that one run holds: the right to compute a key, one holder at a time among all runs on the store. */
export interface ClaimKeeper {
  /** The claim, or who has it now. */
  claim(key: CacheKey, stepRun: string, isolation: 'inline' | 'process'): Promise<{ claim: Claim } | { heldBy: Claim }>;
  release(claim: Claim): Promise<void>;
  /** After a commit, which has given the claim back already. */
  forget(claim: Claim): void;
  /** Called by the heartbeat. */
  renewAll(): Promise<void>;
  /**
   * Resolves when it is worth asking again: a result came that was not there before, the claim was given back, its owner is dead
   * (its claim is then taken away), or `halted`.
   */
  whenFree(heldBy: Claim, halted: AbortSignal): Promise<void>;
}

export function createClaimKeeper(
  executor: string,
  store: Pick<MetadataStore, 'claim' | 'renewClaim' | 'releaseClaim' | 'lookup' | 'findRun'>,
): ClaimKeeper {
  const held = new Map<
    CacheKey,
    { readonly claim: Claim; readonly leaseMs: number; readonly free: PromiseWithResolvers<void> }
  >();

  const forget = ({ key }: Claim): void => {
    held.get(key)?.free.resolve();
    held.delete(key);
  };

  /** True when the owner can't give the claim back any more. */
  async function isOwnerGone({ owner }: Claim): Promise<boolean> {
    const { run, host, pid } = parseOwner(owner);
    if (host === hostname() && !isProcessAlive(pid)) return true;
    const record = await store.findRun(run);
    return record !== undefined && isFinal(record.status);
  }

  return {
    async claim(key, stepRun, isolation) {
      const leaseMs = LEASE_MS[isolation];
      const answer = await store.claim(key, ownerOf(executor, stepRun), leaseMs);
      if ('claim' in answer) held.set(key, { claim: answer.claim, leaseMs, free: Promise.withResolvers() });
      return answer;
    },
    async release(claim) {
      if (held.get(claim.key)?.claim.fence !== claim.fence) return;
      forget(claim);
      await store.releaseClaim(claim);
    },
    forget,
    async renewAll() {
      for (const { claim, leaseMs } of held.values()) {
        // Half the lease is soon enough; a claim that was taken over meanwhile shows at the commit, which is fenced.
        if (leaseMs <= LEASE_MS.process || claim.expiresAt - Date.now() < leaseMs / 2)
          await store.renewClaim(claim, leaseMs);
      }
    },
    async whenFree(heldBy, halted) {
      const own = held.get(heldBy.key)?.free.promise;
      // A refresh, or a result whose bytes are gone, waits while an old entry is there.
      const known = (await store.lookup(heldBy.key))?.origin;
      for (let wait = FIRST_LOOK_MS; !halted.aborted; wait = Math.min(wait * 1.5, LAST_LOOK_MS)) {
        if (await raceWithPause(own, wait, halted)) return;
        if (heldBy.expiresAt <= Date.now() || (await store.lookup(heldBy.key))?.origin !== known) return;
        if (await isOwnerGone(heldBy)) return store.releaseClaim(heldBy);
      }
    },
  };
}

/** True when `promise` was first. */
async function raceWithPause(promise: Promise<void> | undefined, ms: number, halted: AbortSignal): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => {};
  const pause = new Promise<false>((resolve) => {
    wake = () => resolve(false);
    timer = setTimeout(wake, ms);
  });
  halted.addEventListener('abort', wake);
  try {
    return await (promise ? Promise.race([promise.then(() => true as const), pause]) : pause);
  } finally {
    clearTimeout(timer);
    halted.removeEventListener('abort', wake);
  }
}

/**
 * `<executor>/<run>/<node> <host> <pid>`: the executor's id first, by which the store frees the claims of the dead; the step run for people;
 * host and process for whoever waits.
 */
const ownerOf = (executor: string, stepRun: string): string => `${executor}/${stepRun} ${hostname()} ${process.pid}`;

function parseOwner(owner: string): { readonly run: string; readonly host: string; readonly pid: number } {
  const [path = '', host = '', pid = ''] = owner.split(' ');
  return { run: path.split('/')[1] ?? '', host, pid: Number(pid) };
}
