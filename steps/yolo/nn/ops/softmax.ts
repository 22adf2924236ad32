import { stopGradient, type Value, withGradient } from '../value.ts';
import { add, div, mul, sub } from './arithmetic.ts';
import { reduceMax, reduceSum } from './reduce.ts';
import { exp, log } from './unary.ts';

/** Composed from reductions, because ONNX's Softmax transposes its input for any axis but the last. */

/** e^x normalised to sum 1 along `axis`. */
export function softmax(x: Value, axis: number): Value {
  const e = exp(sub(x, stopGradient(reduceMax(x, [axis], { keep: true }))));
  const y = div(e, reduceSum(e, [axis], { keep: true }));
  return withGradient(y, [x], ([dy]) => {
    const weighted = mul(dy!, y);
    return [sub(weighted, mul(y, reduceSum(weighted, [axis], { keep: true })))];
  });
}

/** log Σ e^x along `axis`, which is dropped. */
export function logSumExp(x: Value, axis: number): Value {
  const peak = stopGradient(reduceMax(x, [axis], { keep: true }));
  const e = exp(sub(x, peak));
  return add(log(reduceSum(e, [axis])), stopGradient(reduceMax(x, [axis])));
}
