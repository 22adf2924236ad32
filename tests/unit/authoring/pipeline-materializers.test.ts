import { type Materializer, pipeline, step } from 'sluice';
import { expect, it } from 'vitest';
import { openTestStack, runPipeline } from '../executor/open-test-stack.ts';

class Money {
  constructor(readonly cents: number) {}
}
const money = (version: number): Materializer<Money> => ({
  format: 'money',
  version,
  accepts: (value) => value instanceof Money,
  encode: ({ cents }) => ({ content: new TextEncoder().encode(String(cents)) }),
  decode: async (stored) => new Money(Number(new TextDecoder().decode(await stored.bytes()))),
});

const seen: unknown[] = [];
class Steps {
  @step() async price(): Promise<{ total: Money }> {
    return { total: new Money(1299) };
  }
  @step() async look(total: Money): Promise<number> {
    seen.push(total);
    return total.cents;
  }
}
abstract class Body {
  async run() {
    const steps = new Steps();
    return steps.look((await steps.price()).total);
  }
}
@pipeline({ name: 'first', materializers: [money(1)] })
class First extends Body {}
@pipeline({ name: 'second', materializers: [money(2)] })
class Second extends Body {}
@pipeline({ name: 'none' })
class None extends Body {}

it("stores and loads a value by the pipeline's own materializer", async () => {
  const stack = await openTestStack();
  const { steps, value } = await runPipeline(First, {}, { stack });
  expect([value, seen.at(-1)]).toEqual([1299, new Money(1299)]);
  expect(seen.at(-1)).toBeInstanceOf(Money);
  expect(steps[0]?.output).toMatchObject({ fields: { total: { format: 'money', version: 1, size: 4 } } });
  expect((await runPipeline(First, {}, { stack })).status).toEqual({ price: 'cached', look: 'cached' });
});

it('takes another version of it for another way of writing: the steps run again', async () => {
  const stack = await openTestStack();
  await runPipeline(First, {}, { stack });
  const { status, steps } = await runPipeline(Second, {}, { stack });
  expect(status).toEqual({ price: 'succeeded', look: 'succeeded' });
  expect(steps[0]?.output).toMatchObject({ fields: { total: { version: 2 } } });
});

it('refuses a class of your own that no materializer takes', async () => {
  const { run } = await runPipeline(None, {}, { stack: await openTestStack() });
  expect(run.error).toMatchObject({ code: 'ERR_UNENCODABLE' });
});
