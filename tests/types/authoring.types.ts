/** Compiled by `npm run types`, never run: what must compile, and (by @ts-expect-error) what must not. */
import { after, definePlan, pipeline, run, StepFailure, step } from 'sluice';
import { z } from 'zod';

class Steps {
  @step() async load(url: string): Promise<{ rows: number[]; from: string }> {
    return { rows: [url.length], from: url };
  }

  @step({ timeout: '10m', retry: { attempts: 2, backoff: '500ms' } })
  async mean(rows: readonly number[], options: { readonly trim?: number } = {}): Promise<number> {
    return rows.length + (options.trim ?? 0);
  }

  // @ts-expect-error a synchronous step is refused
  @step() sync(rows: number[]): number {
    return rows.length;
  }

  // @ts-expect-error a duration has a unit
  @step({ timeout: '10 minutes' }) async slow(): Promise<void> {}

  // @ts-expect-error isolation is inline or process
  @step({ isolation: 'thread' }) async elsewhere(): Promise<void> {}
}

const Params = z.object({ url: z.string(), trim: z.number().default(0) });

@pipeline({ name: 'typed', params: Params })
class Typed {
  async run({ url, trim }: z.output<typeof Params>) {
    const steps = new Steps();
    const { rows, from } = await steps.load(url);
    const text: string = from;
    // @ts-expect-error a field of the output has its own type: rows are numbers
    await steps.load(rows);
    // @ts-expect-error there is no such field
    (await steps.load(url)).columns;
    return { mean: await steps.mean(rows, { trim }), text };
  }
}

@pipeline({ name: 'live', params: Params, dynamic: true })
class Live {
  async run({ url, trim }: z.output<typeof Params>) {
    const steps = new Steps();
    const { rows } = await steps.load(url);
    const means = await Promise.all(rows.map((row) => steps.mean([row], { trim })));
    // @ts-expect-error an item of the list has its own type
    await steps.load(rows[0]);
    const largest: number = Math.max(...means);
    const nested: { mean: number; text: string } = await new Typed().run({ url, trim });
    // @ts-expect-error a pipeline called from a pipeline takes all its parameters
    await new Typed().run({ url });
    const first = steps.mean(rows);
    const ordered: Promise<number> = after([first, nested], () => steps.mean(rows));
    try {
      return largest > 1 ? await ordered : 'small';
    } catch (error) {
      if (!(error instanceof StepFailure)) throw error;
      const facts: readonly [string, string, string] = [error.step, error.node, error.code];
      return facts.join();
    }
  }
}

// @ts-expect-error dynamic is true or false
@pipeline({ name: 'yes', dynamic: 'yes' })
class WrongKind {
  async run() {}
}

// @ts-expect-error run's parameters must fit the schema
@pipeline({ name: 'other', params: Params })
class WrongParams {
  async run({ url }: { url: number }) {
    return url;
  }
}

// @ts-expect-error a class without run is not a pipeline
@pipeline({ name: 'none' })
class NoRun {
  async go() {}
}

export async function uses(): Promise<number> {
  await definePlan(Typed, { url: 'x' });
  // @ts-expect-error parameters are checked at the call
  await run(Typed, { url: 1 }, { stack: 'local' });
  // @ts-expect-error so are their names
  await run(Typed, { ulr: 'x' }, { stack: 'local' });
  const { value } = await run(Typed, { url: 'x', trim: 1 }, { stack: 'local' });
  const live = await run(Live, { url: 'x' });
  const either: number | string = live.value;
  return typeof either === 'number' ? either : value.mean;
}

export { NoRun, WrongKind, WrongParams };
