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
  const classes = classesOf(receiver);
  const [type] = classes;
  const depth = classes.findIndex(({ name }) => name === step.className);
  if (!type || depth <= 0) return { source: step, problems: [] };
  const subclass = sourceOfClass(type);
  if (subclass) return { source: { ...subclass, method: step.method }, problems: [] };
  const problem = `it was called on a ${type.name}, a subclass whose source is not known`;
  return { source: step, problems: [{ field: step.method, problem }] };
}

type Constructor = abstract new (...args: never[]) => unknown;

/** The object's class and its base classes, nearest first. */
function classesOf(receiver: object): Constructor[] {
  const classes: Constructor[] = [];
  for (let at: object | null = Object.getPrototypeOf(receiver); at; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, 'constructor')) classes.push((at as { constructor: Constructor }).constructor);
  }
  return classes;
}
