import type { Gradient } from './optimizer.ts';

/**
 * Adds up the gradients of several batches until an optimizer step takes them. The first batch's arrays are kept as they come and added to,
 * so that a step of one batch costs no copy.
 */
export class GradientSum {
  #sum: ReadonlyMap<string, Float32Array> = new Map();

  /** What is waiting for a step, to be kept in a checkpoint; empty right after a step. */
  get waiting(): ReadonlyMap<string, Float32Array> {
    return this.#sum;
  }

  add(gradients: ReadonlyMap<string, Float32Array>): void {
    if (this.#sum.size === 0) {
      this.#sum = gradients;
      return;
    }
    for (const [name, sum] of this.#sum) {
      const more = gradients.get(name)!;
      for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + more[i]!;
    }
  }

  /** The sum with the factor that makes its norm over all parameters `longest` at most; starts anew. Non-finite gradients stay non-finite. */
  take(longest: number): Gradient {
    const values = this.#sum;
    this.#sum = new Map();
    const factor = longest / (norm(values) + 1e-6);
    return { values, factor: factor < 1 ? factor : 1 };
  }

  drop(): void {
    this.#sum = new Map();
  }
}

/** Euclidean length of all gradients together. */
function norm(gradients: ReadonlyMap<string, Float32Array>): number {
  let sum = 0;
  for (const values of gradients.values()) sum += squareSum(values);
  return Math.sqrt(sum);
}

/** Four sums side by side: one alone would wait for each addition before it begins the next. */
function squareSum(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const even = values.length - (values.length % 4);
  for (let i = 0; i < even; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (let i = even; i < values.length; i++) a += values[i]! * values[i]!;
  return a + b + c + d;
}
