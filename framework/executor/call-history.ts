import { isDeepStrictEqual } from 'node:util';
import type { StepKey } from '../cache/cache-key.ts';
import { refsIn } from '../dag/output-ref.ts';
import type { Plan, PlanNode } from '../dag/plan.ts';
import { type SluiceError, sluiceError } from '../errors.ts';
import { artifactsOf, type Output } from '../model/artifact.ts';
import type { KeyPart } from '../model/key-part.ts';
import type { StepRunRecord } from '../model/run.ts';
import type { LiveValues } from './live-values.ts';
import { outputOf, type RunScope } from './run-scope.ts';
import type { NodeEnding } from './schedule.ts';

/** What a dynamic body called in the run that is resumed, held against what it calls now. */
export interface CallHistory {
  /** `keys.keyOf`, and the refusal of calls that the body may not make. */
  checkedKeyOf(scope: RunScope, values: LiveValues): RunScope['keys']['keyOf'];
  /** Takes note of what the body learns from a call. */
  onEnding(scope: RunScope): (node: PlanNode, ending: NodeEnding) => void;
  /** After a body that ended well: a recorded call that it did not make. */
  difference(plan: Plan): SluiceError | undefined;
}

/**
 * As long as every call has ended as it did in the recorded run, the body knows what it knew then, and has to make the same calls: with the same
 * arguments, and all of them. Once a result is another one, it may decide otherwise.
 *
 * @param recorded step runs in the order of their calls; empty for a run that resumes none, or whose body was another one.
 */
export function createCallHistory(
  { pipeline, run }: { readonly pipeline: string; readonly run: string },
  recorded: readonly StepRunRecord[],
): CallHistory {
  const places = new Map(recorded.map(({ node }, place) => [node, place]));
  const calls = new Set(recorded.map(callOf));
  /** Place of the first call whose result is another one now: what was called before it can't depend on it. */
  let learntOther = Number.POSITIVE_INFINITY;

  const refusal = (difference: string): SluiceError =>
    sluiceError('ERR_PIPELINE_NONDETERMINISTIC', { pipeline, run, difference });

  /** The first recorded call that was not made, in words, and what was made instead. */
  function missing(plan: Plan): { readonly words: string; readonly hasOther: boolean } | undefined {
    const made = new Set(plan.nodes.map(({ id }) => id));
    const lacking = recorded.findIndex(({ node }) => !made.has(node));
    if (lacking < 0 || lacking > learntOther) return undefined;
    const other = plan.nodes.find(({ id }) => !places.has(id));
    const instead = other ? `it is ${other.id}` : 'there is no such call';
    return {
      words: `call ${lacking + 1} was ${recorded[lacking]!.node}, and now ${instead}`,
      hasOther: other !== undefined,
    };
  }

  function check(node: PlanNode, { parts }: StepKey, plan: Plan): void {
    const place = places.get(node.id) ?? Number.POSITIVE_INFINITY;
    const before = place < learntOther ? recorded[place] : undefined;
    if (!before || before.parts.length === 0) return;
    const now = { step: node.step.name, parts };
    // Of two branches that were told apart by time alone, the other one may come first.
    if (calls.has(callOf(now))) return;
    const earlier = missing(plan);
    const difference = firstDifference(before.parts, parts);
    const words = `call ${place + 1}, ${node.id}, got other arguments (${difference})`;
    throw refusal(earlier?.hasOther ? earlier.words : words);
  }

  return {
    checkedKeyOf: (scope, values) => async (node) => {
      await refuseChanged(node, scope, values);
      const key = await scope.keys.keyOf(node);
      check(node, key, scope.plan);
      return key;
    },
    onEnding: (scope) => (node, ending) => {
      const place = places.get(node.id);
      const before = place === undefined ? undefined : recorded[place];
      // What had not ended then, the body of then did not learn.
      if (place === undefined || !(before?.output || before?.status === 'failed')) return;
      const output = ending === 'done' ? outputOf(scope)(node.id) : undefined;
      if (!isDeepStrictEqual(digests(output), digests(before.output))) learntOther = Math.min(learntOther, place);
    },
    difference(plan) {
      const found = missing(plan);
      return found && refusal(found.words);
    },
  };
}

/** What JavaScript can't freeze may have been changed since the body got it: the step would get the value as it was. */
async function refuseChanged(node: PlanNode, scope: RunScope, values: LiveValues): Promise<void> {
  for (const ref of node.args.flatMap(refsIn)) {
    const held = values.loose(ref);
    if (!held || isDeepStrictEqual(held.value, await scope.io.load(outputOf(scope)(ref.node), ref.path))) continue;
    throw sluiceError('ERR_PIPELINE_BODY', {
      pipeline: scope.plan.pipeline,
      problem: `it changed ${ref} before it handed it to ${node.id}.`,
      fix: 'Results are as the steps returned them: change a copy, or make the change in a step.',
    });
  }
}

/** What the body says of a call, beside its code. */
const said = ({ part }: KeyPart): boolean => /^(?:argument |input |receiver\.)/.test(part);

const callOf = ({ step, parts }: Pick<StepRunRecord, 'step' | 'parts'>): string =>
  JSON.stringify([step, ...parts.filter(said).map(({ part, digest }) => [part, digest])]);

function firstDifference(before: readonly KeyPart[], now: readonly KeyPart[]): string {
  const [old, young] = [before, now].map((parts) => new Map(parts.filter(said).map((part) => [part.part, part])));
  for (const name of new Set([...old!.keys(), ...young!.keys()])) {
    const [a, b] = [old!.get(name), young!.get(name)];
    if (a?.digest !== b?.digest) return `${name} was ${a?.display ?? 'absent'}, and is ${b?.display ?? 'absent'}`;
  }
  return 'in another order';
}

const digests = (output: Output | null | undefined): readonly string[] | null =>
  output ? artifactsOf(output).map(({ digest }) => digest) : null;
