import { chmodSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { definePlan, pipeline, step } from 'sluice';
import { expect, it } from 'vitest';
import type { PipelineClass } from '../../../framework/authoring/pipeline.ts';
import type { Stack } from '../../../framework/components/stack.ts';
import { type PlannedStep, planRun } from '../../../framework/executor/plan-run.ts';
import { fakeDigester, openTestStack, runPipeline, type TestRun } from './open-test-stack.ts';

class Steps {
  @step() async load(n: number): Promise<{ rows: number[]; name: string }> {
    return { rows: Array.from({ length: n + 1 }, (_, i) => i), name: `rows of ${n % 2}` };
  }
  @step() async total(rows: number[], by: number): Promise<number> {
    return rows.length * by;
  }
  @step({ cache: { ignore: ['options.verbose'] } })
  async shout(name: string, options: { verbose: boolean; mark: number }): Promise<string> {
    return name + '!'.repeat(options.mark);
  }
  @step({ cache: false }) async now(n: number): Promise<number> {
    return n;
  }
  @step({ cache: { expires: 1 } }) async brief(n: number): Promise<number> {
    return n + 1;
  }
  @step() async twin(n: number): Promise<number> {
    return n + 2;
  }
  @step({ cache: { scope: 'pipeline' }, version: '2' }) async join(total: number, text: string): Promise<string> {
    return `${total} ${text}`;
  }
}

interface Params {
  readonly n: number;
  readonly by: number;
  readonly verbose: boolean;
  readonly mark: number;
}

@pipeline({ name: 'agreeing' })
class Agreeing {
  async run({ n, by, verbose, mark }: Params) {
    const steps = new Steps();
    const { rows, name } = await steps.load(n);
    const total = await steps.total(rows, by);
    const text = await steps.shout(name, { verbose, mark });
    const twins = [await steps.brief(await steps.now(n)), await steps.twin(by), await steps.twin(by)];
    return { joined: await steps.join(total, text), twins, alone: await steps.load(n + 1) };
  }
}

const METHODS = ['load', 'total', 'shout', 'now', 'brief', 'twin', 'join'] as const;
type Happening =
  | { readonly kind: 'edit' | 'refresh' | 'invalidate'; readonly step: (typeof METHODS)[number] }
  | { readonly kind: 'params'; readonly change: Partial<Params> }
  | { readonly kind: 'lose' | 'cut'; readonly at: number }
  | { readonly kind: 'delete run' | 'no cache' | 'nothing' };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({ kind: fc.constantFrom('edit', 'refresh', 'invalidate'), step: fc.constantFrom(...METHODS) }),
  fc.record({
    kind: fc.constant('params' as const),
    change: fc.record({ n: fc.nat(3), by: fc.nat(3), verbose: fc.boolean(), mark: fc.nat(2) }, { requiredKeys: [] }),
  }),
  fc.record({ kind: fc.constantFrom('lose', 'cut'), at: fc.nat(1000) }),
  fc.record({ kind: fc.constantFrom('delete run', 'no cache', 'nothing') }),
);

/** What is the case when the next run begins. */
interface World {
  readonly stack: Stack;
  params: Params;
  readonly versions: Record<string, string>;
  refresh: string[];
  cache: boolean;
}

async function happen(what: Happening, world: World): Promise<void> {
  const { stack, versions } = world;
  const store = stack.metadataStore;
  switch (what.kind) {
    case 'edit':
      versions[what.step] = `${Number(versions[what.step] ?? '1') + 1}`;
      return;
    case 'refresh':
      world.refresh = [what.step];
      return;
    case 'invalidate':
      await store.invalidate({ step: what.step });
      return;
    case 'params':
      world.params = { ...world.params, ...what.change };
      return;
    case 'delete run': {
      const [run] = (await store.listRuns({ limit: 1 })).items;
      if (run) await store.deleteRun(run.id);
      return;
    }
    case 'no cache':
      world.cache = false;
      return;
    case 'lose':
    case 'cut':
      return damage(stack, what);
    case 'nothing':
      return;
    default:
      return what satisfies never;
  }
}

/** A stored object goes, or loses its end. */
function damage({ home }: Stack, { kind, at }: { readonly kind: 'lose' | 'cut'; readonly at: number }): void {
  const files = readdirSync(join(home, 'artifacts'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const file = files[at % Math.max(1, files.length)];
  if (!file) return;
  const path = join(file.parentPath, file.name);
  chmodSync(path, 0o644);
  if (kind === 'lose') rmSync(path);
  else truncateSync(path, 0);
}

/** The clock moves on, so that what expires after a millisecond has expired for the plan and for the run. */
async function later(): Promise<void> {
  const since = Date.now();
  while (Date.now() - since < 3) await new Promise((resolve) => setTimeout(resolve, 1));
}

it('a plan and the run that follows it never disagree, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 7 }), async (happenings) => {
      const stack = await openTestStack();
      const world: World = {
        stack,
        params: { n: 1, by: 2, verbose: false, mark: 1 },
        versions: {},
        refresh: [],
        cache: true,
      };
      await runPipeline(Agreeing, world.params, { stack, codeDigester: fakeDigester() });
      for (const what of happenings) {
        await happen(what, world);
        await later();
        const { params, versions, refresh, cache } = world;
        const { plan } = await definePlan(Agreeing as PipelineClass, params);
        const codeDigester = fakeDigester({ ...versions });
        const planned = await planRun(plan, { stack, codeDigester, refresh, cache });
        agree(planned, await runPipeline(Agreeing, params, { stack, codeDigester, refresh, cache }));
        Object.assign(world, { refresh: [], cache: true });
      }
    }),
    { numRuns: Number(process.env['SLUICE_RUNS'] ?? 6) },
  );
});

function agree(planned: readonly PlannedStep[], { steps, run }: TestRun): void {
  expect(run.status).toBe('succeeded');
  for (const [i, { node, verdict, key, origin, reason }] of planned.entries()) {
    const ran = steps[i]!;
    const said = `${node}: planned ${verdict} (${reason}), ran ${ran.status} (${ran.reason})`;
    if (verdict === 'unknown') continue;
    expect(ran.status, said).toBe(verdict === 'hit' ? 'cached' : 'succeeded');
    expect(ran.key, said).toBe(key);
    // A hit on a twin of the same run has no origin before that run.
    if (verdict === 'miss') expect(ran.reason, said).toBe(reason);
    else if (origin !== null) expect(ran.origin, said).toBe(origin);
  }
}
