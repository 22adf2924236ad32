import type { CodeDigester, StepSource } from '../code/code-digest.ts';
import type { Plan } from '../dag/plan.ts';
import { calledCode } from './called-code.ts';

/**
 * Reads the code of every step of a plan, so that the run has the code of its start, also for a step that begins hours later and for a module that is
 * imported then. What can't be read is said by the step's key, if the run ever comes to it.
 */
export async function freezeCode(
  plan: Pick<Plan, 'nodes'>,
  codeDigester: Pick<CodeDigester, 'digestOf'>,
): Promise<void> {
  const sources = new Map<string, StepSource>();
  for (const node of plan.nodes) {
    const { source } = calledCode(node);
    sources.set(`${source.file}\n${source.className}\n${source.method}`, source);
  }
  await Promise.allSettled([...sources.values()].map((source) => codeDigester.digestOf(source)));
}
