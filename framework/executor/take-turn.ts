import type { StepKey } from '../cache/cache-key.ts';
import { type Decision, isCached } from '../cache/decide.ts';
import type { Claim } from '../components/metadata-store.ts';
import type { PlanNode } from '../dag/plan.ts';
import { parseOwner } from './claim-owner.ts';
import { amountsOf } from './resource-amounts.ts';
import type { RunScope } from './run-scope.ts';

export type Turn =
  | { readonly kind: 'stopped' }
  /** Someone else committed the result while we waited. */
  | { readonly kind: 'hit'; readonly decision: Extract<Decision, { verdict: 'hit' }> }
  | {
      readonly kind: 'run';
      readonly reason: string;
      /** Absent for steps whose result nobody else could use: they need no right to compute it. */
      readonly claim?: Claim;
      /** Gives slot and claim back; after a commit only the slot is left to give. */
      release(): Promise<void>;
    };

/**
 * Waits for a slot and for the right to compute the key. While another run has that right the slot is given back, so that who waits blocks nobody.
 */
export async function takeTurn(
  node: PlanNode,
  run: RunScope,
  { key, ...call }: StepKey,
  { decision, refresh }: { readonly decision: Extract<Decision, { verdict: 'miss' }>; readonly refresh: boolean },
): Promise<Turn> {
  const { resources = {}, isolation = 'inline' } = node.step.options;
  const { reason } = decision;
  let waitedFor: string | undefined;
  for (;;) {
    const give = await run.slots.take({ step: 1, ...amountsOf(resources) });
    if (!give) return { kind: 'stopped' };
    run.heart.start();
    run.code.start();
    if (key === null || !isCached(node, run.cacheUse)) return { kind: 'run', reason, release: async () => give() };
    const clock = run.clocks.of(node.id);
    clock.enter('claim');
    const answer = await run.claims.claim(key, run.records.of(node.id).id, isolation);
    if ('claim' in answer) {
      const { claim } = answer;
      const release = async (): Promise<void> => {
        give();
        await run.claims.release(claim);
      };
      // Between our look and our claim someone may have committed.
      const again = await lookAgain(node, run, { key, ...call }, refresh);
      if (again) {
        await release();
        return { kind: 'hit', decision: again };
      }
      return { kind: 'run', reason, claim, release };
    }
    give();
    const { owner } = answer.heldBy;
    if (owner !== waitedFor) run.emit({ type: 'step-waiting', node: node.id, holder: parseOwner(owner), key });
    waitedFor = owner;
    await run.claims.whenFree(answer.heldBy, run.slots.closed);
    clock.enter('wait');
    const again = await lookAgain(node, run, { key, ...call }, refresh);
    if (again) return { kind: 'hit', decision: again };
  }
}

async function lookAgain(
  node: PlanNode,
  run: RunScope,
  call: StepKey,
  refresh: boolean,
): Promise<Extract<Decision, { verdict: 'hit' }> | undefined> {
  if (call.key === null || !(await run.stack.metadataStore.lookup(call.key))) return undefined;
  const decision = await run.keys.decide(node, call, refresh);
  return decision.verdict === 'hit' ? decision : undefined;
}
