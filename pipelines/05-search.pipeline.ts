/**
 * A search that decides as it goes, in a dynamic pipeline: rounds of trials side by side, each round around the best one so far, and an early stop when
 * a round brings nothing. `sluice run search`, then `sluice run search --rounds 9`: the rounds that were tried are cached.
 */
import { pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

interface Point {
  readonly x: number;
  readonly y: number;
}
interface Trial extends Point {
  readonly loss: number;
}

class SearchSteps {
  /** Where to look: a grid around a point. */
  @step() async propose(center: Point, spread: number, perSide: number): Promise<{ points: Point[] }> {
    const offsets = Array.from({ length: perSide }, (_, i) => (perSide > 1 ? (2 * i) / (perSide - 1) - 1 : 0) * spread);
    return { points: offsets.flatMap((dx) => offsets.map((dy) => ({ x: center.x + dx, y: center.y + dy }))) };
  }

  /** Stands for an hour of training: Himmelblau's function, which has four minima of 0. */
  @step() async evaluate(point: Point): Promise<Trial> {
    const { x, y } = point;
    const loss = (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2;
    stepContext().tracker.metrics({ loss });
    return { x, y, loss };
  }

  @step() async best(trials: readonly Trial[]): Promise<Trial> {
    return trials.reduce((a, b) => (b.loss < a.loss ? b : a));
  }

  @step() async report(best: Trial, rounds: number): Promise<{ best: Trial; rounds: number; text: string }> {
    const text = `loss ${best.loss.toPrecision(3)} at (${best.x.toFixed(3)}, ${best.y.toFixed(3)}) after ${rounds} rounds`;
    return { best, rounds, text };
  }
}

const RoundParams = z.object({
  around: z.object({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }).describe('Middle of the grid'),
  spread: z.number().positive().default(4).describe('Half the width of the grid'),
  perSide: z.int().min(1).default(3).describe('Trials in each direction'),
});

/** One round is a pipeline too: `sluice run search-round` runs it alone, and both share their results. */
@pipeline({ name: 'search-round', description: 'One round of trials on a grid.', params: RoundParams, dynamic: true })
export class SearchRound {
  async run({ around, spread, perSide }: z.output<typeof RoundParams>) {
    const steps = new SearchSteps();
    const { points } = await steps.propose(around, spread, perSide);
    return steps.best(await Promise.all(points.map((point) => steps.evaluate(point))));
  }
}

const SearchParams = z.object({
  rounds: z.int().positive().default(6).describe('The most rounds'),
  goal: z.number().min(0).default(0.01).describe('A loss that is good enough'),
  patience: z.int().positive().default(2).describe('Rounds without a better loss before it stops'),
  spread: z
    .number()
    .positive()
    .default(4)
    .describe('Half the width of the first grid; each round has half that of the one before'),
});

@pipeline({ name: 'search', description: 'Looks for a minimum, and stops early.', params: SearchParams, dynamic: true })
export class Search {
  async run({ rounds, goal, patience, spread }: z.output<typeof SearchParams>) {
    const steps = new SearchSteps();
    let best = await steps.evaluate({ x: 0, y: 0 });
    let done = 0;
    for (let inVain = 0; done < rounds && best.loss > goal && inVain < patience; done++) {
      const { x, y } = best;
      const found = await new SearchRound().run({ around: { x, y }, spread: spread / 2 ** done, perSide: 3 });
      inVain = found.loss < best.loss ? 0 : inVain + 1;
      if (inVain === 0) best = found;
    }
    return steps.report(best, done);
  }
}
