import { AsyncLocalStorage } from 'node:async_hooks';
import { isPlain, type OutputRef, refsIn } from '../dag/output-ref.ts';
import type { PlanNode } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import type { StepDefinition } from '../model/step-definition.ts';
import { type CallNames, fromTheStart, keepPlace, namesInOrder } from './call-names.ts';
import { parameterNames } from './parameter-names.ts';
import { outputRefOf } from './symbolic-value.ts';

/** Which values in an argument came from earlier calls. */
export interface Provenance {
  /** The output, or field of one, that the value is. */
  refOf(value: unknown): OutputRef | undefined;
  /** The node whose output it is a deeper part of: such a value counts by its content, and is frozen. */
  partOf(value: unknown): string | undefined;
}

const STAND_INS: Provenance = { refOf: outputRefOf, partOf: () => undefined };

export interface RecorderOptions {
  readonly pipeline: string;
  /** What a call gives the body, or promises it. */
  answer(node: PlanNode): unknown;
  /** Default: stand-ins. */
  readonly provenance?: Provenance;
  /** Default: in the order of the calls. */
  readonly names?: CallNames;
  /** Calls are answered with real values. Default false. */
  readonly isLive?: boolean;
}

/** Takes the step calls of one pipeline body, and answers them. */
export class Recorder {
  readonly pipeline: string;
  readonly nodes: PlanNode[] = [];
  readonly names: CallNames;
  readonly isLive: boolean;
  readonly #definitions = new Map<string, StepDefinition>();
  readonly #answer: (node: PlanNode) => unknown;
  readonly #provenance: Provenance;
  readonly #calls = new WeakMap<Promise<unknown>, string>();

  constructor(options: RecorderOptions) {
    this.pipeline = options.pipeline;
    this.names = options.names ?? namesInOrder();
    this.isLive = options.isLive ?? false;
    this.#answer = options.answer;
    this.#provenance = options.provenance ?? STAND_INS;
  }

  record(step: StepDefinition, receiver: object, args: readonly unknown[], at: Recording): Promise<unknown> {
    const id = this.#nextId(step, at.scope);
    const sources = new Set<string>();
    const recorded = args.map((arg, i) => this.#snapshot(arg, `argument ${i + 1} of step ${id}`, sources));
    for (const { node } of recorded.flatMap(refsIn)) sources.add(node);
    const argNames = parameterNames(step.body);
    const node: PlanNode = Object.freeze({
      id,
      step,
      receiver,
      args: Object.freeze(recorded),
      argNames: Object.freeze(recorded.map((_, i) => argNames[i] ?? `argument ${i + 1}`)),
      parents: Object.freeze([...new Set([...sources, ...at.after])]),
    });
    this.nodes.push(node);
    // A step that runs inside the answer calls other steps as plain methods.
    const promise = Promise.resolve(recording.run(undefined, () => this.#answer(node)));
    this.#calls.set(promise, id);
    return promise;
  }

  /** The node behind a result, a field of one, or the promise of a call. */
  nodeOf(value: unknown): string | undefined {
    // A stand-in is asked first: it refuses every other question.
    const node = this.#provenance.refOf(value)?.node ?? this.#provenance.partOf(value);
    return node === undefined && value instanceof Promise ? this.#calls.get(value) : node;
  }

  #nextId(step: StepDefinition, scope: string): string {
    const known = this.#definitions.get(scope + step.name);
    if (known && (known.file !== step.file || known.className !== step.className || known.method !== step.method)) {
      throw sluiceError('ERR_STEP_DEFINITION', {
        step: step.name,
        problem: `${known.className}.${known.method} and ${step.className}.${step.method} have the same name in one pipeline.`,
        fix: `Give one of them a name of its own: @step({ name: '${step.name}_2' }).`,
      });
    }
    this.#definitions.set(scope + step.name, step);
    return this.names.next(step.name, scope);
  }

  /**
   * A frozen copy of plain data with an OutputRef for every result of an earlier call, so that the body can't change an argument after the call.
   * @param sources gets the nodes that deeper parts came from.
   */
  #snapshot(value: unknown, where: string, sources: Set<string>): unknown {
    const ref = this.#provenance.refOf(value);
    if (ref) return ref;
    const source = this.#provenance.partOf(value);
    if (source !== undefined) {
      sources.add(source);
      return value;
    }
    if (Array.isArray(value)) {
      return Object.freeze(value.map((item, i) => this.#snapshot(item, `${where}[${i}]`, sources)));
    }
    if (isPlain(value)) {
      const entries = Object.entries(value).map(
        ([key, item]) => [key, this.#snapshot(item, `${where}.${key}`, sources)] as const,
      );
      return Object.freeze(Object.fromEntries(entries));
    }
    refuseHidden(value, where);
    return value;
  }
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

/** Where the calls made here are recorded, and what is said of all of them. */
export interface Recording {
  readonly recorder: Recorder;
  /** Nodes that they wait for beside those in their arguments. */
  readonly after: readonly string[];
  /** Of the pipeline call that they belong to, `tune~`; empty in the outermost body. */
  readonly scope: string;
}

const recording = new AsyncLocalStorage<Recording | undefined>();

/** The one mode switch: inside `recordInto` a step call is recorded, elsewhere it is a plain call. */
export const currentRecording = (): Recording | undefined => recording.getStore();

export const recordInto = <R>(recorder: Recorder, body: () => R): R =>
  recording.run({ recorder, after: [], scope: '' }, () => fromTheStart(body));

/** Runs `body` with other facts about the calls made in it. */
export const recordIn = <R>(now: Recording, body: () => R): R =>
  keepPlace((inside) => recording.run(now, inside), body);

/** Runs the body of a pipeline that another one calls: its calls become nodes of the outer one, named after the call. */
export function recordNested<R>(now: Recording, pipeline: string, body: () => R): R {
  const id = now.recorder.names.next(pipeline, now.scope);
  return recording.run({ ...now, scope: `${id}~` }, () => fromTheStart(body));
}
