import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GrowingPlan } from '../dag/growing-plan.ts';
import type { PlanNode } from '../dag/plan.ts';
import { type SluiceError, sluiceError } from '../errors.ts';
import { healNode, isDamage } from './heal-parents.ts';
import type { LiveValues } from './live-values.ts';
import { outputOf, type RunScope } from './run-scope.ts';
import { runStep } from './run-step.ts';
import type { NodeEnding } from './schedule.ts';
import { StepFailure } from './step-failure.ts';

/** The step calls of a body that runs live. */
export interface LiveCalls {
  /** The result as the store gives it back. Rejects with StepFailure, with ERR_CANCELLED, and with what broke the engine. */
  call(node: PlanNode): Promise<unknown>;
  /** From now on no call is taken: the run is ending. Those under way go on. */
  halt(): void;
  /** Resolves when no call is under way and nothing that waited for one makes another. Later calls never settle. */
  end(): Promise<void>;
  /** Whether a call was stopped, or not taken, because the run was ending. */
  readonly hasStopped: boolean;
  /** Whether `call` rejected with this. */
  hasThrown(error: unknown): boolean;
  /** What made the engine itself fail, if anything did. */
  readonly fault: unknown;
}

export interface LiveCallsOptions {
  readonly scope: RunScope;
  readonly plan: GrowingPlan;
  readonly values: LiveValues;
  /** Told of each call when it has ended, before the body is. */
  onEnding(node: PlanNode, ending: NodeEnding): void;
}

export function createLiveCalls({ scope, plan, values, onEnding }: LiveCallsOptions): LiveCalls {
  const { records, emit, cancellation } = scope;
  const endings = new Map<string, Promise<NodeEnding>>();
  const underWay = new Set<Promise<unknown>>();
  const thrown = new WeakSet<object>();
  let state: 'open' | 'halted' | 'over' = 'open';
  let hasStopped = false;
  let fault: unknown;

  /** What the call ends with: its value, or what it rejects with. */
  async function perform(node: PlanNode): Promise<{ readonly value: unknown } | { readonly error: Error }> {
    plan.add(node);
    records.add(node.id, node.step.name);
    emit({ type: 'step-added', node: node.id, parents: node.parents });
    const running = run(node);
    endings.set(node.id, running);
    try {
      const ending = await running;
      onEnding(node, ending);
      if (ending === 'done') return { value: await readResult(node.id) };
      const failure = failureOf(node);
      hasStopped ||= !failure;
      return { error: failure ?? cancelled(node) };
    } catch (error) {
      fault ??= error;
      cancellation.request('graceful', 'failure');
      return { error: error as Error };
    }
  }

  async function run(node: PlanNode): Promise<NodeEnding> {
    for (const parent of node.parents) {
      // Those in its arguments have ended well; those that it was called `after` may be under way.
      if (!scope.outputs.has(parent) && (await endings.get(parent)) !== 'done') return skip(node, parent);
    }
    return runStep(node, scope);
  }

  function skip({ id }: PlanNode, because: string): NodeEnding {
    const isCancelled = cancellation.isByUser;
    const reason = isCancelled ? 'The run was cancelled.' : `Step ${because} did not end well.`;
    records.updateSoon(id, { status: isCancelled ? 'cancelled' : 'skipped', reason, endedAt: Date.now() });
    emit(isCancelled ? { type: 'step-cancelled', node: id } : { type: 'step-skipped', node: id, because });
    return 'stopped';
  }

  /** Of the call itself, or, when it was skipped, of the one that it came after. */
  function failureOf(node: PlanNode): StepFailure | undefined {
    const { error } = records.of(node.id);
    if (error) return new StepFailure(node.step.name, node.id, error);
    const earlier = node.parents.filter((parent) => !scope.outputs.has(parent)).map((parent) => plan.node(parent));
    return earlier.map(failureOf).find((failure) => failure !== undefined);
  }

  /** Reading a result may be the first to meet a damaged one: that step runs again, once. */
  async function readResult(id: string): Promise<unknown> {
    const read = async (): Promise<unknown> => {
      const output = outputOf(scope)(id);
      const value = await scope.io.load(output);
      values.add(id, output, value);
      return value;
    };
    try {
      return await read();
    } catch (error) {
      if (!isDamage(error) || !(await healNode(id, scope))) throw error;
      return read();
    }
  }

  async function refuse(node: PlanNode): Promise<never> {
    if (state === 'over') {
      process.emitWarning(`Sluice: ${node.id} was called when its run had ended. Await every call of a step.`);
      return new Promise(() => {});
    }
    // A body that tries again and again must not keep the process from anything else.
    await nextTurn();
    hasStopped = true;
    throw remembered(cancelled(node));
  }

  function remembered(error: Error): Error {
    thrown.add(error);
    return error;
  }

  return {
    async call(asked) {
      if (state !== 'open' || cancellation.graceful.aborted) return refuse(asked);
      const performing = perform(plan.adjust?.(asked) ?? asked);
      underWay.add(performing);
      const ended = await performing;
      underWay.delete(performing);
      if ('error' in ended) throw remembered(ended.error);
      return ended.value;
    },
    halt() {
      if (state === 'open') state = 'halted';
    },
    async end() {
      for (;;) {
        while (underWay.size > 0) await Promise.all(underWay);
        await nextTurn();
        if (underWay.size === 0) break;
      }
      state = 'over';
    },
    get hasStopped() {
      return hasStopped;
    },
    hasThrown: (error) => typeof error === 'object' && error !== null && thrown.has(error),
    get fault() {
      return fault;
    },
  };
}

const cancelled = ({ id }: PlanNode): SluiceError => sluiceError('ERR_CANCELLED', { what: `Step ${id}` });
