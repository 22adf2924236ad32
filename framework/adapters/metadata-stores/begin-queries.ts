import type { MetadataStore } from '../../components/metadata-store.ts';
import { entryOfBy, fromEntryRow } from './cache-entry-row.ts';
import { giveBack, holderOf, takeClaimBy } from './claim-queries.ts';
import type { SqlContext } from './metadata-schema.ts';
import { applyChange, putAttempt } from './step-run-queries.ts';

export const beginQueries = ({ now, capabilities, transact }: SqlContext): Pick<MetadataStore, 'beginStep'> => {
  const { oneWriter } = capabilities;
  const takeClaim = takeClaimBy(capabilities.serverClock, oneWriter);
  const entryOf = entryOfBy(capabilities.serverClock);
  return {
    beginStep: ({ key, owner, leaseMs, attempt, change, passed = null }) =>
      transact(async (on) => {
        const time = now();
        // Asked at once, answered in this order: what the entry's reader sees is no older than the claim.
        const [taken, found] = await Promise.all([
          takeClaim(on, { key, owner, leaseMs, expiresAt: time + leaseMs, now: time }),
          oneWriter ? undefined : entryOf(on, { key, now: time }),
        ]);
        const [won] = taken.rows;
        if (!won) return { heldBy: await holderOf(on, key) };
        const claim = { key, owner, fence: won.fence, expiresAt: won.expires_at };
        // Nearly always there is none, and then the one writer knows it from its claim.
        const isNew = won.origin !== null && won.origin !== passed;
        const [entry] = (found ?? (isNew ? await entryOf(on, { key, now: time }) : undefined))?.rows ?? [];
        if (entry && entry.origin !== passed) {
          await giveBack(on, claim);
          return { stored: fromEntryRow(entry) };
        }
        await applyChange(on, attempt.stepRunId, change);
        if (attempt.attempt > 1) await putAttempt(on, attempt);
        return { claim };
      }),
  };
};
