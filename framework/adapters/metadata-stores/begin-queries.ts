import type { MetadataStore, StepBegin, StepBegun } from '../../components/metadata-store.ts';
import { entryOfBy, fromEntryRow } from './cache-entry-row.ts';
import { giveBack, holderOf, takeClaimBy } from './claim-queries.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';
import { applyChange, putAttempt } from './step-run-queries.ts';

export const beginQueries = ({ now, capabilities, transact }: SqlContext): Pick<MetadataStore, 'beginStep'> => {
  const { oneWriter } = capabilities;
  const takeClaim = takeClaimBy(capabilities.serverClock, oneWriter);
  const entryOf = entryOfBy(capabilities.serverClock);

  /** Undefined when somebody had the claim, and has given it back by now. */
  async function tryBegin(on: Sql, begin: StepBegin): Promise<StepBegun | undefined> {
    const { key, owner, leaseMs, attempt, change, passed = null } = begin;
    const time = now();
    // Asked at once, answered in this order: what the entry's reader sees is no older than the claim.
    const [taken, found] = await Promise.all([
      takeClaim(on, { key, owner, leaseMs, now: time }),
      oneWriter ? undefined : entryOf(on, { key, now: time }),
    ]);
    if (!taken) {
      const heldBy = await holderOf(on, key);
      return heldBy && { heldBy };
    }
    const { claim, origin } = taken;
    // Nearly always there is none, and then the one writer knows it from its claim.
    const isNew = origin !== null && origin !== passed;
    const [entry] = (found ?? (isNew ? await entryOf(on, { key, now: time }) : undefined))?.rows ?? [];
    if (entry && entry.origin !== passed) {
      await giveBack(on, claim);
      return { stored: fromEntryRow(entry) };
    }
    await applyChange(on, attempt.stepRunId, change);
    if (attempt.attempt > 1) await putAttempt(on, attempt);
    return { claim };
  }

  return {
    beginStep: (begin) =>
      transact(async (on) => {
        for (;;) {
          const begun = await tryBegin(on, begin);
          if (begun) return begun;
        }
      }),
  };
};
