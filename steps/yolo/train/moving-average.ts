import type { Weights } from '../model/detector.ts';

/** The share of the old average at the end of its ramp … */
const DECAY = 0.9999;
/** … and the number of steps over which it comes about: early averages would be mostly random start. */
const RAMP_STEPS = 2000;

/** Exponential moving average of all weights, batch-norm statistics included; what is validated and kept is the average. */
export class MovingAverage {
  /** Updates made: one an optimizer step. */
  updates = 0;

  readonly weights: Weights;

  constructor(weights: Weights) {
    this.weights = weights;
  }

  /** Starts from a copy. */
  static of(weights: Weights): MovingAverage {
    return new MovingAverage(new Map([...weights].map(([k, { shape, data }]) => [k, { shape, data: data.slice() }])));
  }

  update(weights: Weights): void {
    this.updates++;
    const decay = DECAY * (1 - Math.exp(-this.updates / RAMP_STEPS));
    for (const [name, { data: average }] of this.weights) {
      blend(average, weights.get(name)!.data, decay);
    }
  }
}

function blend(average: Float32Array, data: Float32Array, decay: number): void {
  const fresh = 1 - decay;
  const length = average.length;
  for (let i = 0; i < length; i++) average[i] = decay * average[i]! + fresh * data[i]!;
}
