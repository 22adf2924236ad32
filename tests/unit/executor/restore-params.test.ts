import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlan } from '../../../framework/authoring/define-plan.ts';
import { pipeline, pipelineDefinition } from '../../../framework/authoring/pipeline.ts';
import { jsonData } from '../../../framework/executor/json-data.ts';
import { restoreParams } from '../../../framework/executor/restore-params.ts';

const seen: unknown[] = [];

@pipeline({
  name: 'restored',
  params: z.object({
    count: z.string().transform(Number),
    title: z
      .string()
      .default('plain')
      .transform((text) => `${text}!`),
    day: z.coerce.date(),
  }),
})
class Restored {
  async run(params: { count: number; title: string; day: Date }) {
    seen.push(params);
    return 0;
  }
}

@pipeline({ name: 'dated', params: z.object({ day: z.coerce.date(), tags: z.array(z.string()).default(['a']) }) })
class Dated {
  async run(_: { day: Date; tags: string[] }) {
    return 0;
  }
}

describe('restoreParams', () => {
  it('gives back what the schema put out, dates too', async () => {
    const { params } = await definePlan(Dated, { day: '2026-11-21' });
    const stored = jsonData(params, []);
    expect(await restoreParams(pipelineDefinition(Dated), stored)).toEqual({
      day: new Date('2026-11-21'),
      tags: ['a'],
    });
  });

  it('never transforms twice, and the body runs on what the first run had', async () => {
    const { params } = await definePlan(Restored, { count: '3', day: '2026-11-21' });
    const restored = await restoreParams(pipelineDefinition(Restored), jsonData(params, []));
    expect(restored).toMatchObject({ count: 3, title: 'plain!' });
    await definePlan(Restored, restored, { areParsed: true });
    expect(seen.at(-1)).toMatchObject({ count: 3, title: 'plain!' });
  });
});
