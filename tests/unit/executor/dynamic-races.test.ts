import fc from 'fast-check';
import { pipeline, step } from 'sluice';
import { expect, it, vi } from 'vitest';
import { openTestStack, runPipeline } from './open-test-stack.ts';

/** `SLUICE_PROPERTY_RUNS=300`. */
const RUNS = Number(process.env['SLUICE_PROPERTY_RUNS'] ?? 25);

/** What a result says of itself: whose it is, and which of all that were ever computed. */
interface Stamp {
  readonly of: string;
  readonly number: number;
}

interface Move {
  /** Turns of the event loop before it, in the run that breaks and in the one that resumes it. */
  readonly turns: readonly [number, number];
  readonly kind: 'cached' | 'never' | 'lasting';
  /** Few, so that calls of several strands have the same arguments. */
  readonly argument: number;
}

interface World {
  /** Which call of a step fails, by the number of calls; -1: none. */
  breaksAt: number;
  number: number;
  isResumed: boolean;
  strands: readonly { readonly waitsFor: number; readonly moves: readonly Move[] }[];
  ran: string[];
}
const world: World = { breaksAt: -1, number: 0, isResumed: false, strands: [], ran: [] };

async function turn(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await new Promise((next) => setImmediate(next));
}

async function stamped(kind: string, argument: number): Promise<Stamp> {
  const number = world.number++;
  const of = `${kind} ${argument}`;
  await turn(number % 3);
  if (number === world.breaksAt) throw new Error('the power is gone');
  world.ran.push(of);
  return { of, number };
}

class Steps {
  @step() async shared(argument: number): Promise<Stamp> {
    return stamped('shared', argument);
  }
  @step() async cached(argument: number): Promise<Stamp> {
    return stamped('cached', argument);
  }
  @step({ cache: false }) async never(argument: number): Promise<Stamp> {
    return stamped('never', argument);
  }
  /** Of the result before it: which one that was is in the key. */
  @step() async lasting(argument: number, before: Stamp): Promise<Stamp & { readonly after: number }> {
    return { ...(await stamped('lasting', argument)), after: before.number };
  }
}
const steps = new Steps();

/** Strands that wait for calls which a third one made: the order of their own calls is that of time. */
@pipeline({ name: 'racing', dynamic: true })
class Racing {
  async run(_: object): Promise<readonly (readonly number[])[]> {
    const shared = [0, 1, 2].map((argument) => steps.shared(argument));
    return Promise.all(
      world.strands.map(async ({ waitsFor, moves }) => {
        let last = await shared[waitsFor]!;
        expect(last.of).toBe(`shared ${waitsFor}`);
        const numbers: number[] = [];
        for (const { turns, kind, argument } of moves) {
          await turn(turns[Number(world.isResumed)]!);
          const before = last;
          const made = kind === 'lasting' ? await steps.lasting(argument, before) : await steps[kind](argument);
          // Whatever the call is named, its result is that of this step with these arguments.
          expect(made.of).toBe(`${kind} ${argument}`);
          if ('after' in made) expect(made.after).toBe(before.number);
          numbers.push(kind === 'never' ? made.number : -1);
          last = made;
        }
        return numbers;
      }),
    );
  }
}

const MOVE = fc.record<Move>({
  turns: fc.tuple(fc.nat(12), fc.nat(12)),
  kind: fc.constantFrom('cached' as const, 'never' as const, 'lasting' as const),
  argument: fc.nat(1),
});
const STRANDS = fc.array(fc.record({ waitsFor: fc.nat(2), moves: fc.array(MOVE, { minLength: 1, maxLength: 4 }) }), {
  minLength: 2,
  maxLength: 4,
});

it('a resumed run gives no call the result of another one, in whatever order its strands come', async () => {
  // A strand that outlives the run that broke is told so.
  vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  let [ended, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(STRANDS, fc.nat(20), async (strands, breaksAt) => {
      Object.assign(world, { strands, breaksAt, number: 0, isResumed: false, ran: [] });
      const stack = await openTestStack();
      const broken = await runPipeline(Racing, {}, { stack });
      expect(broken.run.error?.message ?? 'the power is gone').toContain('the power is gone');
      Object.assign(world, { breaksAt: -1, isResumed: true });
      const resumed = await runPipeline(Racing, {}, { stack, resumeFrom: broken.run.id });
      if (resumed.run.error?.code === 'ERR_PIPELINE_NONDETERMINISTIC') {
        refused += 1;
        return;
      }
      expect([resumed.run.status, resumed.run.error]).toEqual(['succeeded', null]);
      ended += 1;
      // Each call of a step that is never cached has a result of its own.
      const own = (resumed.value as readonly (readonly number[])[]).flat().filter((number) => number >= 0);
      expect(new Set(own).size).toBe(own.length);
    }),
    { numRuns: RUNS },
  );
  // Most races make no difference to what is called.
  expect(ended).toBeGreaterThan(refused);
}, 120_000);
