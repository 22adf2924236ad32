/**
 * What goes wrong, and what Sluice does about it: a step that fails twice and is tried again, one that lives in a process of its own,
 * one with a timeout. `sluice run trouble`, or break it: `sluice run trouble --die`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class TroubleSteps {
  /** Fails until it has been tried three times; the count survives in `checkpointDir`. */
  @step({ retry: { attempts: 3, backoff: '50ms' } })
  async flaky(): Promise<{ tries: number }> {
    const file = join(stepContext().checkpointDir, 'tries');
    const tries = Number(await readFile(file, 'utf8').catch(() => '0')) + 1;
    await writeFile(file, String(tries));
    if (tries < 3) throw new Error(`try ${tries} of 3 fails on purpose`);
    return { tries };
  }

  /** A crash here takes nothing else with it. */
  @step({ isolation: 'process' }) async apart(die: boolean): Promise<{ finished: boolean }> {
    if (die) process.exit(3);
    return { finished: true };
  }

  @step({ timeout: '5s' }) async inTime(tries: number, finished: boolean): Promise<string> {
    return `${tries} tries, ${finished ? 'all well' : 'unfinished'}`;
  }
}

const TroubleParams = z.object({
  die: z.boolean().default(false).describe('Let the step in its own process exit'),
});

@pipeline({ name: 'trouble', description: 'Retries, a process of its own, a timeout.', params: TroubleParams })
export class Trouble {
  async run({ die }: z.output<typeof TroubleParams>) {
    const steps = new TroubleSteps();
    const [flaky, apart] = await Promise.all([steps.flaky(), steps.apart(die)]);
    return steps.inTime(flaky.tries, apart.finished);
  }
}
