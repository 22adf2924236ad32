import { pipeline, step } from 'sluice';

/** A graph of steps that do nothing. */
export interface NoOpsShape {
  readonly count: number;
  /** Whether all steps return the same bytes, or each its own. */
  readonly results: 'equal' | 'own';
  readonly order: 'chain' | 'wide';
  /** Another one is another key for every step. */
  readonly salt: number;
}

class NoOpSteps {
  @step() async equal(_id: number, _salt: number, _after?: unknown): Promise<{ ok: boolean }> {
    return { ok: true };
  }
  @step() async own(id: number, salt: number, _after?: unknown): Promise<{ id: string }> {
    return { id: `${salt}-${id}` };
  }
}

@pipeline({ name: 'no-ops' })
export class NoOps {
  async run({ count, results, order, salt }: NoOpsShape) {
    const steps = new NoOpSteps();
    let last: unknown;
    for (let i = 0; i < count; i++) last = await steps[results](i, salt, order === 'chain' ? last : undefined);
    return 0;
  }
}
