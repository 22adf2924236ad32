/** Compiled by `npm run types`, never run: what must compile, and (by @ts-expect-error) what must not. */
import { definePlan, pipeline, run, step } from 'sluice';
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
  return value.mean;
}

export { NoRun, WrongParams };
