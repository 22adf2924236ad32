import type { Claim, MetadataStore, StepBegin, StepBegun } from '../components/metadata-store.ts';
import { isProcessAlive } from '../is-process-alive.ts';
import type { CacheKey } from '../model/key-part.ts';
import { isFinal } from '../model/status.ts';
import { THIS_HOST } from '../this-host.ts';
import { formatOwner, parseOwner } from './claim-owner.ts';
import type { Heart } from './heart.ts';

/**
 * How long a claim is good without a sign of life. On one machine liveness goes by the owner's process, at once and exactly; the lease serves
 * owners on *other* machines, of which nobody can ask the process table. Where a store serves several, the heart's thread renews it, and it is short.
 * Elsewhere the beat of the main thread does, which an inline step may block: there it only matters for a folder shared against advice, and is long.
 */
const LEASES = { beaten: 60_000, inline: 3_600_000, process: 60_000 } as const;
/** For tests, which can't wait so long: milliseconds of every lease. */
const ASKED_MS = Number(process.env['SLUICE_LEASE_MS'] ?? 0);
const LEASE_MS = ASKED_MS > 0 ? { beaten: ASKED_MS, inline: ASKED_MS, process: ASKED_MS } : LEASES;
/** How often who waits looks whether the owner lives: here a question to the process table, elsewhere one to the store. */
const LOOK_MS = { here: 500, elsewhere: 5000 } as const;

/** The claims that one run holds: the right to compute a key, one holder at a time among all runs on the store. */
export interface ClaimKeeper {
  /** The claim, or who has it now. */
  claim(key: CacheKey, owner: string, isolation: 'inline' | 'process'): Promise<{ claim: Claim } | { heldBy: Claim }>;
  /** The claim with a first attempt under it, or why not: somebody has it now, or has committed a result since one looked. */
  begin(begin: Omit<StepBegin, 'owner' | 'leaseMs'>, isolation: 'inline' | 'process'): Promise<StepBegun>;
  release(claim: Claim): Promise<void>;
  /** After a commit, which has given the claim back already. */
  forget(claim: Claim): void;
  /** Called by the heartbeat. */
  renewAll(): Promise<void>;
  /** Resolves when it is worth asking again: the claim was given back (by a commit too), its owner is dead (it is then taken away), or `halted`. */
  whenFree(heldBy: Claim, halted: AbortSignal): Promise<void>;
}

export function createClaimKeeper(
  executor: string,
  store: Pick<
    MetadataStore,
    'capabilities' | 'claim' | 'beginStep' | 'renewClaim' | 'releaseClaim' | 'waitForKey' | 'findRun'
  >,
  heart: Pick<Heart, 'hold' | 'drop'>,
): ClaimKeeper {
  const { manyMachines } = store.capabilities;
  const held = new Map<
    CacheKey,
    { readonly claim: Claim; readonly leaseMs: number; renewedAt: number; free?: AbortController }
  >();

  const forget = ({ key }: Claim): void => {
    // With a reason, for Node makes an error with a stack otherwise.
    held.get(key)?.free?.abort('given back');
    heart.drop(key);
    held.delete(key);
  };

  /** True when the owner can't give the claim back any more. */
  async function isOwnerGone({ owner }: Claim): Promise<boolean> {
    const { run, host, pid } = parseOwner(owner);
    if (host === THIS_HOST && !isProcessAlive(pid)) return true;
    const record = await store.findRun(run);
    return record !== undefined && isFinal(record.status);
  }

  function hold(claim: Claim, leaseMs: number): void {
    heart.hold(claim, leaseMs);
    held.set(claim.key, { claim, leaseMs, renewedAt: performance.now() });
  }

  return {
    async claim(key, owner, isolation) {
      const leaseMs = LEASE_MS[manyMachines ? 'beaten' : isolation];
      const answer = await store.claim(key, formatOwner(executor, owner), leaseMs);
      if ('claim' in answer) hold(answer.claim, leaseMs);
      return answer;
    },
    async begin(begin, isolation) {
      const leaseMs = LEASE_MS[manyMachines ? 'beaten' : isolation];
      const answer = await store.beginStep({
        ...begin,
        owner: formatOwner(executor, begin.attempt.stepRunId),
        leaseMs,
      });
      if ('claim' in answer) hold(answer.claim, leaseMs);
      return answer;
    },
    async release(claim) {
      if (held.get(claim.key)?.claim.fence !== claim.fence) return;
      forget(claim);
      await store.releaseClaim(claim);
    },
    forget,
    async renewAll() {
      for (const one of held.values()) {
        const { claim, leaseMs, renewedAt } = one;
        const now = performance.now();
        // A quarter of the lease is soon enough; a claim that was taken over meanwhile shows at the commit, which is fenced.
        if (now - renewedAt < leaseMs / 4) continue;
        await store.renewClaim(claim, leaseMs);
        one.renewedAt = now;
      }
    },
    async whenFree(heldBy, halted) {
      const own = held.get(heldBy.key);
      // Made by the first who waits: most claims are waited for by nobody.
      if (own) own.free ??= new AbortController();
      const enough = own?.free ? AbortSignal.any([halted, own.free.signal]) : halted;
      const lookMs = parseOwner(heldBy.owner).host === THIS_HOST ? LOOK_MS.here : LOOK_MS.elsewhere;
      while (!enough.aborted) {
        if (await store.waitForKey(heldBy.key, lookMs, enough)) return;
        if (!enough.aborted && (await isOwnerGone(heldBy))) return store.releaseClaim(heldBy);
      }
    },
  };
}
