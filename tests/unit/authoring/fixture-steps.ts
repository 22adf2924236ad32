import { step } from 'sluice';

export interface Split {
  readonly train: string;
  readonly val: string;
}

/** Steps that the authoring tests call; each also works as a plain method. */
export class FixtureSteps {
  constructor(private readonly share = 0.2) {}

  @step() async split(source: string): Promise<Split> {
    return { train: `${source}/train-${1 - this.share}`, val: `${source}/val-${this.share}` };
  }

  @step({ name: 'train' }) async trainModel(data: string, { epochs }: { epochs: number }): Promise<{ path: string }> {
    return { path: `${data}/e${epochs}` };
  }

  @step() async evaluate(path: string, val: string): Promise<{ score: number; tags: string[] }> {
    return { score: (path.length + val.length) / 100, tags: ['a', 'b'] };
  }

  @step() async collect(all: { readonly list: readonly { score: number }[] }): Promise<number> {
    return all.list.length;
  }

  @step() async decide(value: number): Promise<boolean> {
    return value > 0;
  }
}
