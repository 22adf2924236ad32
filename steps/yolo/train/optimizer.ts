import type { ParameterInfo, Weights } from '../model/detector.ts';

/** Rates of one step. */
export interface StepRates {
  readonly lr: number;
  readonly biasLr: number;
  readonly momentum: number;
}

/** Changes weights in place, given the gradients of a loss to make smaller. */
export interface Optimizer {
  step(weights: Weights, gradients: ReadonlyMap<string, Float32Array>, rates: StepRates): void;
  /** Everything that a later step depends on, by name, to be kept in a checkpoint; the arrays are live. */
  readonly state: ReadonlyMap<string, Float32Array>;
  /** Steps made. */
  steps: number;
}

/** Only conv kernels decay: a decaying scale or shift would only fight the batch norm. */
const decayOf = (parameter: ParameterInfo, decay: number): number => (parameter.kind === 'weight' ? decay : 0);

const trained = (parameters: readonly ParameterInfo[]): readonly ParameterInfo[] =>
  parameters.filter(({ kind }) => kind !== 'buffer');

/** One zeroed array of every trained parameter's size, under `prefix` + its name. */
function moments(parameters: readonly ParameterInfo[], prefix: string): [string, Float32Array][] {
  return parameters.map(({ name, shape }) => [prefix + name, new Float32Array(shape.reduce((a, b) => a * b, 1))]);
}

/**
 * Stochastic gradient descent with Nesterov momentum, in PyTorch's form: `v = m v + (g + decay w)`, `w -= lr (g + decay w + m v)`
 * (https://pytorch.org/docs/stable/generated/torch.optim.SGD.html). A first step's `v` is its gradient.
 */
export function sgd(parameters: readonly ParameterInfo[], weightDecay: number): Optimizer {
  const list = trained(parameters);
  const state = new Map(moments(list, 'velocity.'));
  return {
    state,
    steps: 0,
    step(weights, gradients, rates) {
      const { momentum } = rates;
      for (const parameter of list) {
        const w = weights.get(parameter.name)!.data;
        const g = gradients.get(parameter.name)!;
        const v = state.get(`velocity.${parameter.name}`)!;
        const lr = parameter.kind === 'bias' ? rates.biasLr : rates.lr;
        const decay = decayOf(parameter, weightDecay);
        for (let i = 0; i < w.length; i++) {
          const d = g[i]! + decay * w[i]!;
          const next = momentum * v[i]! + d;
          v[i] = next;
          w[i] = w[i]! - lr * (d + momentum * next);
        }
      }
      this.steps++;
    },
  };
}

const ADAM_BETA2 = 0.999;
const ADAM_EPSILON = 1e-8;

/** Adam with decoupled weight decay (Loshchilov & Hutter 2017, https://arxiv.org/abs/1711.05101), in PyTorch's form. The first beta is `rates.momentum`. */
export function adamW(parameters: readonly ParameterInfo[], weightDecay: number): Optimizer {
  const list = trained(parameters);
  const state = new Map([...moments(list, 'mean.'), ...moments(list, 'square.')]);
  return {
    state,
    steps: 0,
    step(weights, gradients, rates) {
      this.steps++;
      const beta = rates.momentum;
      const meanBias = 1 - beta ** this.steps;
      const perSquareBias = 1 / Math.sqrt(1 - ADAM_BETA2 ** this.steps);
      for (const parameter of list) {
        const lr = parameter.kind === 'bias' ? rates.biasLr : rates.lr;
        stepAdamW({
          weights: weights.get(parameter.name)!.data,
          gradients: gradients.get(parameter.name)!,
          mean: state.get(`mean.${parameter.name}`)!,
          square: state.get(`square.${parameter.name}`)!,
          beta,
          keep: 1 - lr * decayOf(parameter, weightDecay),
          rate: lr / meanBias,
          perSquareBias,
        });
      }
    },
  };
}

/** One parameter. A function of its own, with its numbers in local variables: V8 makes it twice as fast as the same loop inside a method. */
function stepAdamW(at: {
  readonly weights: Float32Array;
  readonly gradients: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
  readonly beta: number;
  readonly keep: number;
  readonly rate: number;
  readonly perSquareBias: number;
}): void {
  const { weights, gradients, mean, square, beta, keep, rate, perSquareBias } = at;
  const fresh = 1 - beta;
  const length = weights.length;
  for (let i = 0; i < length; i++) {
    const gradient = gradients[i]!;
    const m = beta * mean[i]! + fresh * gradient;
    const s = ADAM_BETA2 * square[i]! + (1 - ADAM_BETA2) * gradient * gradient;
    mean[i] = m;
    square[i] = s;
    weights[i] = weights[i]! * keep - (rate * m) / (Math.sqrt(s) * perSquareBias + ADAM_EPSILON);
  }
}
