import type { CodeDigester } from '../code/code-digest.ts';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { PlanNode } from '../dag/plan.ts';
import type { Digest } from '../hashing/digest.ts';
import type { StepKey } from './cache-key.ts';
import { calledCode } from './called-code.ts';

/** Keeps the source that steps of one run were keyed by; ends when the store has it. */
export type KeepCodeTexts = (node: PlanNode, key: Pick<StepKey, 'parts'>) => Promise<void>;

/**
 * Makes what writes the texts behind a step's code digest into the store, so that `why` can show changed lines. Once a version of the code: the text
 * under the digest over all code, empty, says that its pieces are there.
 */
export function keepCodeTexts(
  store: Pick<MetadataStore, 'codeTexts' | 'writeCodeTexts'>,
  codeDigester: Pick<CodeDigester, 'textsOf'>,
): KeepCodeTexts {
  const kept = new Map<Digest, Promise<void>>();
  const keep = async (node: PlanNode, code: Digest): Promise<void> => {
    if ((await store.codeTexts([code])).has(code)) return;
    const texts = await codeDigester.textsOf(calledCode(node).source);
    await store.writeCodeTexts(new Map([...texts, [code, '']]));
  };
  return (node, { parts }) => {
    const code = parts.find(({ part }) => part === 'code')?.digest;
    if (code === undefined) return Promise.resolve();
    const before = kept.get(code) ?? keep(node, code);
    kept.set(code, before);
    return before;
  };
}
