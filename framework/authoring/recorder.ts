import { AsyncLocalStorage } from 'node:async_hooks';
import { isPlain, type OutputRef, refsIn } from '../dag/output-ref.ts';
import type { PlanNode } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import type { StepDefinition } from '../model/step-definition.ts';
import { parameterNames } from './parameter-names.ts';
import { outputRefOf } from './symbolic-value.ts';

/** Collects the step calls of one pipeline body; `answer` is what each call returns to the body. */
export class Recorder {
  readonly nodes: PlanNode[] = [];
  readonly #ids = new Map<string, number>();
  readonly #definitions = new Map<string, StepDefinition>();
  readonly #answer: (node: PlanNode) => unknown;

  constructor(answer: (node: PlanNode) => unknown) {
    this.#answer = answer;
  }

  record(step: StepDefinition, receiver: object, args: readonly unknown[], after: readonly string[]): unknown {
    const id = this.#nextId(step);
    const recorded = args.map((arg, i) => snapshot(arg, `argument ${i + 1} of step ${id}`));
    const parents = [...new Set([...recorded.flatMap(refsIn).map((ref: OutputRef) => ref.node), ...after])];
    const argNames = parameterNames(step.body);
    const node: PlanNode = Object.freeze({
      id,
      step,
      receiver,
      args: Object.freeze(recorded),
      argNames: Object.freeze(recorded.map((_, i) => argNames[i] ?? `argument ${i + 1}`)),
      parents: Object.freeze(parents),
    });
    this.nodes.push(node);
    return this.#answer(node);
  }

  #nextId(step: StepDefinition): string {
    const known = this.#definitions.get(step.name);
    if (known && (known.file !== step.file || known.className !== step.className || known.method !== step.method)) {
      throw sluiceError('ERR_STEP_DEFINITION', {
        step: step.name,
        problem: `${known.className}.${known.method} and ${step.className}.${step.method} have the same name in one pipeline.`,
        fix: `Give one of them a name of its own: @step({ name: '${step.name}_2' }).`,
      });
    }
    this.#definitions.set(step.name, step);
    const count = (this.#ids.get(step.name) ?? 0) + 1;
    this.#ids.set(step.name, count);
    return count === 1 ? step.name : `${step.name}-${count}`;
  }
}

/** A frozen copy of plain data with an OutputRef for every stand-in, so that the body can't change an argument after the call. */
function snapshot(value: unknown, where: string): unknown {
  const ref = outputRefOf(value);
  if (ref) return ref;
  if (Array.isArray(value)) return Object.freeze(value.map((item, i) => snapshot(item, `${where}[${i}]`)));
  if (isPlain(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, snapshot(item, `${where}.${key}`)] as const);
    return Object.freeze(Object.fromEntries(entries));
  }
  refuseHidden(value, where);
  return value;
}

/** A stand-in inside a Map, a Set or an instance would never be filled in: refused where it happens. */
function refuseHidden(value: unknown, where: string): void {
  if (value === null || typeof value !== 'object') return;
  const members = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  const hidden = ArrayBuffer.isView(value) ? undefined : members.map(outputRefOf).find((ref) => ref !== undefined);
  if (!hidden) return;
  const holder = value.constructor?.name ?? 'object';
  throw sluiceError('ERR_SYMBOLIC_VALUE', {
    value: String(hidden),
    use: `pass, inside a ${holder} (${where}),`,
    wrong: `steps.next(new ${holder}(… ${hidden} …))`,
    right: `steps.next({ item: ${hidden} })   // plain objects and arrays are looked through`,
  });
}

const recording = new AsyncLocalStorage<{ readonly recorder: Recorder; readonly after: readonly string[] }>();

/** The one mode switch: inside `recordInto` a step call is recorded, elsewhere it is a plain call. */
export const currentRecording = (): { readonly recorder: Recorder; readonly after: readonly string[] } | undefined =>
  recording.getStore();

export const recordInto = <R>(recorder: Recorder, body: () => R): R => recording.run({ recorder, after: [] }, body);

/**
 * Orders without data: the steps called in `body` start only when the steps behind `values` have ended well.
 * Outside a plan it just calls `body`.
 *
 * @example
 * const loaded = await steps.load(params.url);
 * const report = await after(loaded, () => steps.report(params.title));
 */
export function after<R>(values: unknown, body: () => R): R {
  const now = recording.getStore();
  if (!now) return body();
  const listed = Array.isArray(values) ? values : [values];
  const nodes = listed.flatMap((value) => outputRefOf(value)?.node ?? []);
  return recording.run({ recorder: now.recorder, after: [...now.after, ...nodes] }, body);
}
