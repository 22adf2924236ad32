/** A small pipeline with everything the command has to show: parameters of each kind, files, metrics, logs, failures, slow steps. */
export const WORKSHOP = `
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FileRef, pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class WorkshopSteps {
  @step() async saw(length: number): Promise<{ boards: number[]; sawdust: FileRef }> {
    const { log, workDir } = stepContext();
    log.info('sawing', { length });
    console.log('zzz');
    await writeFile(join(workDir, 'sawdust.txt'), 'dust '.repeat(length));
    return { boards: Array.from({ length }, (_, i) => i), sawdust: FileRef.of(join(workDir, 'sawdust.txt')) };
  }

  @step() async paint(boards: number[], color: string, crash: boolean): Promise<{ painted: number }> {
    stepContext().tracker.params({ color });
    stepContext().tracker.metrics({ gloss: boards.length / 10 }, { step: 1 });
    if (crash) throw new RangeError('the tin is empty');
    return { painted: boards.length };
  }

  @step() async dry(painted: number, seconds: number): Promise<{ dry: boolean }> {
    await wait(seconds * 1000, undefined, { signal: stepContext().signal });
    return { dry: painted >= 0 };
  }
}

const Params = z.object({
  length: z.int().positive().default(3).describe('How many boards'),
  color: z.enum(['red', 'green']).default('red'),
  crash: z.boolean().default(false),
  drying: z.object({ seconds: z.number().default(0) }).prefault({}),
  name: z.string().default('bench'),
});

console.log('the pipeline file prints, too');

@pipeline({ name: 'workshop', description: 'Builds a bench.', params: Params })
export class Workshop {
  async run({ length, color, crash, drying, name }: z.output<typeof Params>) {
    const steps = new WorkshopSteps();
    const { boards, sawdust } = await steps.saw(length);
    const { painted } = await steps.paint(boards, color, crash);
    const { dry } = await steps.dry(painted, drying.seconds);
    return { name, dry, sawdust };
  }
}
`;
