import { step } from 'sluice';
import { expect, it } from 'vitest';

it('refuses a resource that nothing counts, with the right name', () => {
  const declare = (): unknown => {
    class Steps {
      @step({ resources: { gpus: 8 } as object })
      async train(): Promise<number> {
        return 1;
      }
    }
    return Steps;
  };
  expect(declare).toThrow(
    expect.objectContaining({
      code: 'ERR_STEP_DEFINITION',
      message: expect.stringContaining('there is no resource gpus'),
      hint: 'resources: { gpu: 1 }',
    }),
  );
});
