import { definePlan, type PipelineClass, pipeline } from 'sluice';
import { describe, expect, it } from 'vitest';
import { replayCheck } from '../../../framework/authoring/replay-check.ts';
import { FixtureSteps } from './fixture-steps.ts';

async function replay(target: PipelineClass, outputs: Record<string, unknown>): Promise<string | undefined> {
  const { plan, params } = await definePlan(target, {});
  return replayCheck({ pipeline: target, plan, params, outputOf: (node) => outputs[node] });
}

const steps = new FixtureSteps();

@pipeline({ name: 'static' })
class Static {
  async run() {
    const { train } = await steps.split('s');
    return steps.trainModel(train, { epochs: 1 });
  }
}

@pipeline({ name: 'branching' })
class Branching {
  async run() {
    const good = await steps.decide(-1);
    if (good) await steps.split('s');
    return good;
  }
}

@pipeline({ name: 'clock' })
class Clock {
  async run() {
    return steps.decide(Number(process.hrtime.bigint()));
  }
}

describe('replayCheck', () => {
  it('accepts a body that makes the same calls on real values', async () => {
    expect(await replay(Static, { split: { train: 't', val: 'v' }, train: { path: 'p' } })).toBeUndefined();
  });

  it('finds a hidden if, which no stand-in can trap', async () => {
    expect(await replay(Branching, { decide: false, split: {} })).toBe(
      'call 2: planned split, with real values nothing',
    );
  });

  it('finds a body that reads the clock', async () => {
    expect(await replay(Clock, { decide: true })).toBe('call 1: decide gets another value');
  });
});
