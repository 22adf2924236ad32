/**
 * A class of your own as a step's result: a materializer says how it is written and read, and the pipeline names it. Steps get the real object
 * back, methods and all, in a process of their own too. `sluice run own-format`, then `sluice artifacts show latest:price.total`.
 */
import { type Materializer, pipeline, step } from 'sluice';
import { z } from 'zod';

export class Money {
  constructor(
    readonly cents: number,
    readonly currency: string,
  ) {}

  times(count: number): Money {
    return new Money(this.cents * count, this.currency);
  }

  toString(): string {
    return `${(this.cents / 100).toFixed(2)} ${this.currency}`;
  }
}

/** As text, `1299 EUR`. Raise `version` when that changes: it is part of the cache keys. */
export const money: Materializer<Money> = {
  format: 'money',
  version: 1,
  accepts: (value) => value instanceof Money,
  encode: ({ cents, currency }) => ({ content: new TextEncoder().encode(`${cents} ${currency}`) }),
  async decode(stored) {
    const [cents = '', currency = ''] = new TextDecoder().decode(await stored.bytes()).split(' ');
    return new Money(Number(cents), currency);
  },
};

class MoneySteps {
  @step() async price(cents: number, count: number): Promise<{ total: Money }> {
    return { total: new Money(cents, 'EUR').times(count) };
  }

  @step({ isolation: 'process' }) async share(total: Money, people: number): Promise<string> {
    return `${total} for ${people} people: ${total.times(1 / people)} each`;
  }
}

const Params = z.object({
  cents: z.int().positive().default(1299).describe('price of one'),
  count: z.int().positive().default(3).describe('how many'),
  people: z.int().positive().default(3).describe('who share it'),
});

@pipeline({
  name: 'own-format',
  description: 'A class of your own as a result, by a materializer.',
  params: Params,
  materializers: [money],
})
export class OwnFormat {
  async run({ cents, count, people }: z.infer<typeof Params>) {
    const steps = new MoneySteps();
    const { total } = await steps.price(cents, count);
    return steps.share(total, people);
  }
}
