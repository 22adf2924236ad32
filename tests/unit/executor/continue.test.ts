import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline, step, stepContext } from 'sluice';
import { describe, expect, it } from 'vitest';
import { definePlan } from '../../../framework/authoring/define-plan.ts';
import { runFrom } from '../../../framework/cli/params/run-from.ts';
import { fakeDigester, openTestStack, runPipeline } from './open-test-stack.ts';

const world = { works: true, ran: [] as string[], sawCheckpoint: false };
const since = (): string[] => world.ran.splice(0);

class Steps {
  @step() async load(): Promise<number> {
    world.ran.push('load');
    return 1;
  }
  @step({ cache: false }) async draw(one: number): Promise<number> {
    world.ran.push('draw');
    return one + world.ran.length;
  }
  @step() async train(drawn: number): Promise<number> {
    world.ran.push('train');
    const checkpoint = join(stepContext().checkpointDir, 'epoch');
    world.sawCheckpoint = existsSync(checkpoint);
    writeFileSync(checkpoint, '1');
    if (!world.works) throw new Error('no');
    return drawn * 2;
  }
}

@pipeline({ name: 'chain' })
class Chain {
  constructor(private readonly steps = new Steps()) {}
  async run() {
    return this.steps.train(await this.steps.draw(await this.steps.load()));
  }
}

const drifted = (events: readonly { readonly type: string }[]) =>
  events.filter((event) => event.type === 'step-warning' && 'code' in event && event.code === 'drifted');

async function failedOnce() {
  const stack = await openTestStack();
  world.works = false;
  const { run } = await runPipeline(Chain, undefined as never, { stack });
  world.works = true;
  since();
  return { stack, run };
}

describe('a run that continues another', () => {
  it('uses what was committed, results that are never cached too, and goes on from checkpoints', async () => {
    const { stack, run } = await failedOnce();
    const next = await runPipeline(Chain, undefined as never, { stack, resumeFrom: run.id });
    expect([next.run.status, since(), world.sawCheckpoint]).toEqual(['succeeded', ['train'], true]);
    expect(drifted(next.events)).toEqual([]);
  });

  it('begins steps anew when it is a retry', async () => {
    const { stack, run } = await failedOnce();
    const next = await runPipeline(Chain, undefined as never, { stack, resumeFrom: run.id, isFreshStart: true });
    expect([next.run.status, since(), world.sawCheckpoint]).toEqual(['succeeded', ['train'], false]);
  });

  it('runs a step again whose code has changed since, and names what changed', async () => {
    const { stack, run } = await failedOnce();
    const codeDigester = fakeDigester({ draw: '2' });
    const next = await runPipeline(Chain, undefined as never, { stack, resumeFrom: run.id, codeDigester });
    expect(since()).toEqual(['draw', 'train']);
    expect(drifted(next.events)).toMatchObject([
      { node: 'draw', message: expect.stringMatching(/^Step draw runs again.*code Steps\.draw changed\.$/) },
    ]);
  });
});

describe('run --from', () => {
  it('runs a step and all after it again, and takes what is before from the cache', async () => {
    const stack = await openTestStack();
    await runPipeline(Chain, undefined as never, { stack });
    since();
    const { plan } = await definePlan(Chain, undefined as never);
    const from = runFrom(plan, 'draw', { cache: true, refresh: [] });
    expect(from).toEqual({ refresh: ['draw', 'train'], reuse: ['load'] });
    const { events } = await runPipeline(Chain, undefined as never, { stack, ...from });
    expect([since(), drifted(events)]).toEqual([['draw', 'train'], []]);
  });

  it('warns when what is before has to run, too', async () => {
    const stack = await openTestStack();
    await runPipeline(Chain, undefined as never, { stack });
    since();
    const { plan } = await definePlan(Chain, undefined as never);
    const from = runFrom(plan, 'train', { cache: true, refresh: [] });
    const codeDigester = fakeDigester({ load: '2' });
    const { events } = await runPipeline(Chain, undefined as never, { stack, ...from, codeDigester });
    expect(since()).toEqual(['load', 'draw', 'train']);
    expect(drifted(events)[0]).toMatchObject({ node: 'load', message: expect.stringContaining('code Steps.load') });
  });

  it('names the nearest step for one that is not there', async () => {
    const { plan } = await definePlan(Chain, undefined as never);
    expect(() => runFrom(plan, 'trian', { cache: true, refresh: [] })).toThrow(
      /has no step trian\. Did you mean train/,
    );
  });
});
