import { expect } from 'vitest';
import { emitModel } from '../../../../steps/yolo/nn/emit-model.ts';
import { gradients } from '../../../../steps/yolo/nn/gradients.ts';
import { mul } from '../../../../steps/yolo/nn/ops/arithmetic.ts';
import { reduceSum } from '../../../../steps/yolo/nn/ops/reduce.ts';
import { type Feed, openSession } from '../../../../steps/yolo/nn/session.ts';
import { constant, elements, input, staticShape, type Value } from '../../../../steps/yolo/nn/value.ts';

export interface Operand {
  readonly shape: readonly number[];
  /** Default: -1 to 1. */
  readonly from?: number;
  readonly to?: number;
  /** Values at least this far from each other, for operators with kinks where two are equal. */
  readonly apart?: number;
}

/** Half of the difference interval. With Richardson's extrapolation the method's error is O(h⁴) ≈ 1e-6, rounding's 1e-7 / h ≈ 1e-5. */
const H = 0.02;

/**
 * Compares the gradient of `f` by every element of every operand with central differences. The loss is a fixed random combination of the result's elements,
 * so that no element's error can hide behind another's.
 */
export async function checkGradient(
  operands: readonly Operand[],
  f: (...values: Value[]) => Value,
  tolerance = 2e-3,
): Promise<void> {
  const random = generator(7);
  const values = operands.map(({ shape }, i) => input(`x${i}`, shape));
  const feeds = Object.fromEntries(operands.map((operand, i) => [`x${i}`, fill(operand, random)]));
  const y = f(...values);
  const shape = staticShape(y);
  const weights = constant(
    Float32Array.from({ length: elements(shape) }, () => random() * 2 - 1),
    shape,
  );
  const loss = reduceSum(mul(y, weights), [...shape.keys()]);
  const found = gradients(loss, values);
  const outputs = { loss, ...Object.fromEntries(found.map((gradient, i) => [`g${i}`, gradient])) };
  const session = await openSession(emitModel({ inputs: values, outputs }), { threads: 1 });
  const lossOnly = await openSession(emitModel({ inputs: values, outputs: { loss } }), { threads: 1 });
  const at = async (): Promise<number> => Number((await lossOnly.run(feeds)).get('loss')![0]);
  try {
    const analytic = await session.run(feeds);
    for (const [i, { shape: operandShape }] of operands.entries()) {
      const data = feeds[`x${i}`]!.data as Float32Array;
      const gradient = analytic.get(`g${i}`) as Float32Array;
      expect(found[i]!.shape).toEqual(operandShape);
      expect(gradient.length).toBe(data.length);
      const numeric = new Float32Array(data.length);
      for (let j = 0; j < data.length; j++) {
        const base = data[j]!;
        const difference = async (h: number): Promise<number> => {
          data[j] = base + h;
          const above = await at();
          data[j] = base - h;
          const below = await at();
          data[j] = base;
          // What was really added, after rounding to float32.
          return (above - below) / (Math.fround(base + h) - Math.fround(base - h));
        };
        numeric[j] = (4 * (await difference(H / 2)) - (await difference(H))) / 3;
      }
      const scale = Math.max(...numeric.map(Math.abs), 0.1);
      for (let j = 0; j < data.length; j++) {
        expect(
          Math.abs(gradient[j]! - numeric[j]!),
          `operand ${i}, element ${j}: ${gradient[j]} ≠ ${numeric[j]}`,
        ).toBeLessThan(tolerance * scale);
      }
    }
  } finally {
    await session.close();
    await lossOnly.close();
  }
}

/** The values of `outputs` for `feeds`, by name. */
export async function evaluate(
  outputs: Readonly<Record<string, Value>>,
  inputs: readonly Value[],
  feeds: Readonly<Record<string, Feed>>,
): Promise<ReadonlyMap<string, Float32Array | BigInt64Array>> {
  const session = await openSession(emitModel({ inputs, outputs }), { threads: 1 });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}

function fill({ shape, from = -1, to = 1, apart }: Operand, random: () => number): Feed {
  const count = elements(shape);
  const data = Float32Array.from({ length: count }, () => from + (to - from) * random());
  if (apart !== undefined) {
    const order = [...data.keys()].sort((a, b) => data[a]! - data[b]!);
    order.forEach((place, rank) => {
      data[place] = from + rank * apart;
    });
  }
  return { shape, data };
}

/** A small linear congruential generator: tests need the same numbers every time, not good ones. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}
