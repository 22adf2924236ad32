import { join } from 'node:path';
import fc from 'fast-check';
import { type PipelineClass, pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import { createArtifactIo } from '../../../framework/artifacts/create-artifact-io.ts';
import type { Stack } from '../../../framework/components/stack.ts';
import { openTestStack, runPipeline, type TestRun } from './open-test-stack.ts';

/** More of them for a night: SLUICE_RANDOM_RUNS=500. */
const HISTORIES = Number(process.env['SLUICE_RANDOM_RUNS'] ?? 8);
const MOST_NODES = 7;

/** What a step gives: who it is, and in which run it really ran. */
interface Made {
  readonly id: number;
  readonly ranIn: number;
  readonly sum: number;
}

/** What the steps of the run under way find, and leave. */
const world = {
  run: 0,
  failing: new Set<number>(),
  ran: [] as { readonly id: number; readonly inputs: readonly Made[] }[],
};

class Steps {
  @step() async node(id: number, inputs: readonly Made[]): Promise<Made> {
    world.ran.push({ id, inputs: structuredClone(inputs) });
    // Others get the time to begin.
    for (let turns = id % 3; turns > 0; turns--) await new Promise((next) => setImmediate(next));
    if (world.failing.has(id)) throw new Error(`node ${id}`);
    return { id, ranIn: world.run, sum: inputs.reduce((sum, input) => sum + input.sum, 1) };
  }
}
const steps = new Steps();

interface Shape {
  /** Parents of node i, all smaller than i. */
  readonly parents: readonly (readonly number[])[];
}

@pipeline({ name: 'random-static' })
class Static {
  async run({ parents }: Shape): Promise<readonly Made[]> {
    const made: Made[] = [];
    for (const [id, own] of parents.entries())
      made.push(
        await steps.node(
          id,
          own.map((parent) => made[parent]!),
        ),
      );
    return made;
  }
}

@pipeline({ name: 'random-dynamic', dynamic: true })
class Dynamic {
  async run({ parents }: Shape): Promise<readonly Made[]> {
    const made: Promise<Made>[] = [];
    for (const [id, own] of parents.entries()) {
      const call = async (): Promise<Made> => steps.node(id, await Promise.all(own.map((parent) => made[parent]!)));
      made.push(call());
    }
    return Promise.all(made);
  }
}

interface Turn {
  readonly failing: readonly number[];
  readonly mode: 'fail-fast' | 'stop' | 'continue';
  readonly parallel: number;
  /** Nodes whose cached results go before the run. */
  readonly forgotten: readonly number[];
  readonly isDynamic: boolean;
}
interface History extends Shape {
  readonly turns: readonly Turn[];
}

const histories: fc.Arbitrary<History> = fc.integer({ min: 1, max: MOST_NODES }).chain((size) =>
  fc.record({
    parents: fc.tuple(
      ...Array.from({ length: size }, (_, i) =>
        i === 0 ? fc.constant([] as number[]) : fc.uniqueArray(fc.nat(i - 1), { maxLength: 3 }),
      ),
    ),
    turns: fc.array(
      fc.record({
        failing: fc.uniqueArray(fc.nat(size - 1), { maxLength: 2 }),
        mode: fc.constantFrom('fail-fast' as const, 'stop' as const, 'continue' as const),
        parallel: fc.integer({ min: 1, max: 4 }),
        forgotten: fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }),
        isDynamic: fc.boolean(),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
);

const below = ({ parents }: Shape, roots: ReadonlySet<number>): ReadonlySet<number> => {
  const found = new Set<number>();
  parents.forEach((own, i) => {
    if (own.some((parent) => roots.has(parent) || found.has(parent))) found.add(i);
  });
  return found;
};

/** By node: how it ended, and what it committed. */
async function committed(stack: Stack, { steps: records }: TestRun) {
  const io = createArtifactIo({ store: stack.artifactStore, cacheDir: join(stack.home, 'cache', 'artifacts') });
  const found = new Map<number, { readonly status: string; readonly made: Made | undefined }>();
  for (const { status, output, parts } of records) {
    const id = parts.find(({ part }) => part === 'argument id')?.display;
    if (id === undefined) continue;
    found.set(Number(id), { status, made: output ? ((await io.load(output)) as Made) : undefined });
  }
  return found;
}

/** What must hold of one run, whatever was stored before it. */
async function check(stack: Stack, shape: Shape, turn: Turn, run: TestRun): Promise<void> {
  const found = await committed(stack, run);
  const ids = world.ran.map(({ id }) => id);
  expect(ids, 'nothing runs twice').toHaveLength(new Set(ids).size);
  const failed = new Set(ids.filter((id) => world.failing.has(id)));
  expect(
    ids.filter((id) => below(shape, failed).has(id)),
    'nothing runs downstream of a failure',
  ).toEqual([]);
  for (const { id, inputs } of world.ran) {
    const parents = shape.parents[id]!.map((parent) => found.get(parent));
    expect(inputs, `what node ${id} got is what its parents committed`).toEqual(parents.map((one) => one?.made));
    for (const parent of parents) expect(['succeeded', 'cached']).toContain(parent?.status);
  }
  for (const [id, { status, made }] of found) {
    if (status === 'succeeded') expect([made?.ranIn, ids.includes(id)]).toEqual([world.run, true]);
    if (status === 'cached') expect([made?.ranIn === world.run, ids.includes(id)]).toEqual([false, false]);
    if (status === 'failed') expect(failed.has(id)).toBe(true);
  }
  expect(run.run.status).toBe(failed.size > 0 ? 'failed' : 'succeeded');
  if (failed.size === 0) expect(run.value).toEqual(shape.parents.map((_, id) => found.get(id)?.made));
  if (turn.mode === 'continue') {
    const reached = shape.parents.map((_, id) => id).filter((id) => !failed.has(id) && !below(shape, failed).has(id));
    for (const id of reached) expect(['succeeded', 'cached'], `node ${id}`).toContain(found.get(id)?.status);
  } else {
    const types = run.events.map(({ type }) => type);
    const first = types.indexOf('step-failed');
    // In a dynamic run the failure reaches the body a moment later.
    if (first >= 0 && !turn.isDynamic) expect(types.slice(first)).not.toContain('step-started');
  }
}

async function forget(stack: Stack, ids: readonly number[]): Promise<void> {
  const { items } = await stack.metadataStore.listCache({ step: 'node', limit: 1000 });
  for (const { key, parts } of items) {
    const id = Number(parts.find(({ part }) => part === 'argument id')?.display);
    if (ids.includes(id)) await stack.metadataStore.invalidate({ key });
  }
}

describe('runs of random graphs, with random failures, on whatever earlier runs have left', () => {
  it('hand every step what its parents committed, run nothing twice and nothing below a failure', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const stack = await openTestStack();
        const { parents, turns } = history;
        const calm: Turn = { failing: [], mode: 'stop', parallel: 4, forgotten: [], isDynamic: false };
        for (const [i, turn] of [...turns, calm, { ...calm, isDynamic: true }].entries()) {
          await forget(stack, turn.forgotten);
          Object.assign(world, { run: i, failing: new Set(turn.failing), ran: [] });
          const target = (turn.isDynamic ? Dynamic : Static) as PipelineClass<Shape>;
          const { mode, parallel: maxParallel } = turn;
          await check(stack, history, turn, await runPipeline(target, { parents }, { stack, mode, maxParallel }));
        }
        // The last one found all results of the one before it, though that was of the other kind.
        expect(world.ran).toEqual([]);
      }),
      { numRuns: HISTORIES },
    );
  });
});
