import { sourceOfClass } from '../code/class-source.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import type { PlanNode } from '../dag/plan.ts';
import type { Unencodable } from './receiver-parts.ts';

type StepSource = Parameters<CodeDigester['digestOf']>[0];

/**
 * The source that a call runs: the step's own class, or, when it was called on an object of a subclass, that subclass,
 * which may override whatever the step uses. A subclass whose source is not known makes the call uncacheable.
 */
export function calledCode({ step, receiver }: PlanNode): {
  readonly source: StepSource;
  readonly problems: readonly Unencodable[];
} {
  const prototype = Object.getPrototypeOf(receiver) as { readonly constructor: abstract new () => unknown } | null;
  const type = prototype?.constructor;
  const isOwn = type === undefined || (type.name === step.className && Object.hasOwn(prototype ?? {}, step.method));
  if (isOwn) return { source: step, problems: [] };
  const subclass = sourceOfClass(type);
  if (subclass) return { source: { ...subclass, method: step.method }, problems: [] };
  const problem = `it was called on a ${type.name}, a subclass whose source is not known`;
  return { source: step, problems: [{ field: step.method, problem }] };
}
