import type { StepKey } from '../cache/cache-key.ts';
import { type Decision, isCached } from '../cache/decide.ts';
import type { Claim, StepBegun } from '../components/metadata-store.ts';
import type { PlanNode } from '../dag/plan.ts';
import type { CacheKey } from '../model/key-part.ts';
import type { AttemptRecord } from '../model/run.ts';
import { attemptStart } from './attempt-start.ts';
import { parseOwner } from './claim-owner.ts';
import type { RunScope } from './run-scope.ts';
import { takeSlots } from './take-slots.ts';

export type Turn =
  | { readonly kind: 'stopped' }
  /** Someone else committed the result while we waited. */
  | { readonly kind: 'hit'; readonly decision: Extract<Decision, { verdict: 'hit' }> }
  | {
      readonly kind: 'run';
      readonly reason: string;
      /** Absent for steps whose result nobody else could use: they need no right to compute it. */
      readonly claim?: Claim;
      /** Begun together with the claim. */
      readonly begun?: AttemptRecord;
      /** Gives the slot back: the step has ended, and others may run while its result is committed. */
      leave(): void;
      /** Gives slot and claim back, as far as they are still to give. */
      release(): Promise<void>;
    };

/**
 * Waits for a slot and for the right to compute the key, and begins the first attempt with it. While another run has that right the slot is
 * given back, so that who waits blocks nobody.
 */
export async function takeTurn(
  node: PlanNode,
  run: RunScope,
  call: StepKey,
  { decision, refresh }: { readonly decision: Extract<Decision, { verdict: 'miss' }>; readonly refresh: boolean },
): Promise<Turn> {
  const { reason } = decision;
  let waitedFor: string | undefined;
  let passed: string | undefined;
  for (;;) {
    const leave = await takeSlots(node, run);
    if (!leave) return { kind: 'stopped' };
    run.heart.start();
    run.code.start();
    const { key } = call;
    if (key === null || !isCached(node, run.cacheUse)) {
      return { kind: 'run', reason, leave, release: async () => leave() };
    }
    const clock = run.clocks.of(node.id);
    clock.enter('claim');
    const { attempt, answer } = await begin(node, run, { ...call, key }, { reason, passed });
    if ('claim' in answer) {
      const { claim } = answer;
      const release = async (): Promise<void> => {
        leave();
        await run.claims.release(claim);
      };
      return { kind: 'run', reason, claim, begun: attempt, leave, release };
    }
    leave();
    if ('heldBy' in answer) {
      const { owner } = answer.heldBy;
      if (owner !== waitedFor) run.emit({ type: 'step-waiting', node: node.id, holder: parseOwner(owner), key });
      waitedFor = owner;
      await run.claims.whenFree(answer.heldBy, run.slots.closed);
      clock.enter('wait');
    } else {
      // Between our look and our claim someone committed. What is no hit then, is none the next time either.
      const again = await run.keys.decide(node, call, refresh);
      if (again.verdict === 'hit') return { kind: 'hit', decision: again };
      passed = answer.stored.origin;
    }
  }
}

async function begin(
  node: PlanNode,
  run: RunScope,
  call: StepKey & { readonly key: CacheKey },
  { reason, passed }: { readonly reason: string; readonly passed: string | undefined },
): Promise<{ readonly attempt: AttemptRecord; readonly answer: StepBegun }> {
  const { isolation = 'inline' } = node.step.options;
  const record = run.records.of(node.id);
  const { attempt, change } = attemptStart(record, call, { number: record.attempts + 1, reason });
  const what = { key: call.key, attempt, change, ...(passed === undefined ? {} : { passed }) };
  const write = (): Promise<StepBegun> => run.claims.begin(what, isolation);
  return { attempt, answer: await run.records.begin(node.id, change, write, (answer) => 'claim' in answer) };
}
