import { pipeline, step } from 'sluice';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countGpus } from '../../../framework/executor/count-gpus.ts';
import { capacityOf } from '../../../framework/executor/resource-amounts.ts';
import { createSlots } from '../../../framework/executor/slots.ts';
import { openTestStack, runPipeline } from './open-test-stack.ts';

class Steps {
  @step({ resources: { gpu: 1 } }) async train(): Promise<string> {
    return 'trained';
  }
}
@pipeline({ name: 'static' })
class Static {
  run() {
    return new Steps().train();
  }
}
@pipeline({ name: 'live', dynamic: true })
class Live {
  run() {
    return new Steps().train();
  }
}

const counted = (env: NodeJS.ProcessEnv, nvidia = 4): number => countGpus({ env, nvidia: () => nvidia });

afterEach(() => vi.unstubAllEnvs());

describe('graphics processors', () => {
  it('are those of the driver, as far as CUDA may see them', () => {
    expect(counted({})).toBe(4);
    expect(counted({ CUDA_VISIBLE_DEVICES: '2,3' })).toBe(2);
    expect(counted({ CUDA_VISIBLE_DEVICES: '0,1' }, 0)).toBe(0);
    expect(['', '-1', '0,-1,2', 'GPU-1f2e'].map((list) => counted({ CUDA_VISIBLE_DEVICES: list }))).toEqual([
      0, 0, 1, 1,
    ]);
  });

  it('are as many as SLUICE_GPUS says, which has to be a number', () => {
    expect(counted({ SLUICE_GPUS: '2', CUDA_VISIBLE_DEVICES: '' }, 0)).toBe(2);
    expect(counted({ SLUICE_GPUS: '' })).toBe(4);
    for (const said of ['two', '-1', '1.5'])
      expect(() => counted({ SLUICE_GPUS: said })).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }));
  });

  it('are counted for nobody who does not ask for one', async () => {
    vi.stubEnv('SLUICE_GPUS', 'a trap');
    const capacity = capacityOf({ cpu: 2 }, { cpu: 3, memory: '1GiB' });
    expect([capacity['cpu'], capacity['memory']]).toEqual([3, 2 ** 30]);
    const slots = createSlots({ step: 1 }, capacity);
    expect(await slots.take({ step: 1, cpu: 1 })).toBeTypeOf('function');
    await expect(slots.take({ gpu: 1 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
    expect(capacityOf({ gpu: 1 })['gpu']).toBe(1);
  });

  it('that are not there are refused to a step before it runs, naming the way out', async () => {
    vi.stubEnv('SLUICE_GPUS', '0');
    const stack = await openTestStack();
    const refusal = {
      code: 'ERR_RESOURCES',
      message: 'Step train asks for gpu: 1, and there is 0.',
      hint: expect.stringContaining('SLUICE_GPUS=1'),
    };
    await expect(runPipeline(Static, {}, { stack })).rejects.toMatchObject(refusal);
    expect((await stack.metadataStore.listRuns()).items).toEqual([]);
    const { run } = await runPipeline(Live, {}, { stack });
    expect([run.status, run.error]).toMatchObject(['failed', refusal]);
    const said = { ...stack, orchestrator: { ...stack.orchestrator, capacity: { gpu: 1 } } };
    expect((await runPipeline(Static, {}, { stack: said })).run.status).toBe('succeeded');
    vi.stubEnv('SLUICE_GPUS', '1');
    expect((await runPipeline(Live, {}, { stack })).run.status).toBe('succeeded');
  });
});
