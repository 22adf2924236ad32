import type { PlanNode } from '../dag/plan.ts';
import { shortDigest } from '../hashing/digest.ts';
import { firstAttempt } from '../model/first-attempt.ts';
import type { RunScope } from './run-scope.ts';
import { runStep } from './run-step.ts';
import { storedError } from './stored-error.ts';

/** Whether an error says that bytes of the store are gone or wrong. */
export function isDamage(error: unknown): boolean {
  const { code } = storedError(error);
  return code === 'ERR_ARTIFACT_DAMAGED' || code === 'ERR_ARTIFACT_MISSING';
}

/**
 * A step could not read what earlier steps had made: looks at every byte of it, and runs those again whose results are damaged.
 * @returns whether any was healed, so that trying again makes sense.
 */
export async function healParents(node: PlanNode, run: RunScope): Promise<boolean> {
  const healed = await Promise.all(node.parents.map((parent) => healNode(parent, run)));
  return healed.includes(true);
}

/** The same for one step. Several that need it wait for one and the same re-run. */
export function healNode(id: string, run: RunScope): Promise<boolean> {
  const known = run.healing.get(id);
  if (known) return known;
  const healing = heal(id, run).finally(() => run.healing.delete(id));
  run.healing.set(id, healing);
  return healing;
}

async function heal(id: string, run: RunScope): Promise<boolean> {
  const output = run.outputs.get(id);
  const damaged = output ? await run.io.verify(output) : [];
  if (damaged.length === 0) return false;
  const named = damaged.map(({ name, format, digest }) => `${name ?? format} ${shortDigest(digest)}`).join(', ');
  run.emit({
    type: 'step-warning',
    node: id,
    code: 'artifact-damaged',
    message: `The stored result of step ${id} is damaged (${named}), so it runs again.`,
    hint: 'If this happens more than once, look at the disk: sluice doctor.',
  });
  // Until now the step run told its only attempt.
  const attempt = firstAttempt(run.records.of(id));
  if (attempt) await run.stack.metadataStore.endAttempt(attempt);
  return (await runStep(run.plan.node(id), run, true)) === 'done';
}
