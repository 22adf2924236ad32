import { describe, it } from 'vitest';
import * as arithmetic from '../../../../steps/yolo/nn/ops/arithmetic.ts';
import { batchNormTrain } from '../../../../steps/yolo/nn/ops/batch-norm.ts';
import { channelMean, channelMeanProduct } from '../../../../steps/yolo/nn/ops/channel-means.ts';
import { conv } from '../../../../steps/yolo/nn/ops/conv.ts';
import { matmul, matmulTransposed } from '../../../../steps/yolo/nn/ops/matmul.ts';
import { concat, pad, slice, split } from '../../../../steps/yolo/nn/ops/pieces.ts';
import { maxPool, upsample2x } from '../../../../steps/yolo/nn/ops/pool.ts';
import * as reduce from '../../../../steps/yolo/nn/ops/reduce.ts';
import { expand, reshape, transpose } from '../../../../steps/yolo/nn/ops/reshape.ts';
import { greater, maximum, minimum, where } from '../../../../steps/yolo/nn/ops/select.ts';
import { logSumExp, softmax } from '../../../../steps/yolo/nn/ops/softmax.ts';
import * as unary from '../../../../steps/yolo/nn/ops/unary.ts';
import { scalar, type Value } from '../../../../steps/yolo/nn/value.ts';
import { checkGradient, type Operand } from './check-gradient.ts';

const m: Operand = { shape: [2, 3] };
const positive: Operand = { shape: [2, 3], from: 0.5, to: 2 };
/** Values 0.1 apart around 0 but never nearer to it than 0.05. */
const kinked: Operand = { shape: [2, 3], from: -0.25, apart: 0.1 };
const picture: Operand = { shape: [2, 3, 4, 4] };

/** Every differentiable operator, with operands that keep it away from its kinks and poles. */
const cases: readonly (readonly [string, readonly Operand[], (...values: Value[]) => Value])[] = [
  ['add', [m, m], arithmetic.add],
  ['add, broadcast', [m, { shape: [3] }], arithmetic.add],
  ['sub, broadcast', [{ shape: [2, 1] }, m], arithmetic.sub],
  ['mul', [m, m], arithmetic.mul],
  ['mul, broadcast on both sides', [{ shape: [2, 1, 3] }, { shape: [4, 1] }], arithmetic.mul],
  ['mul by itself', [m], arithmetic.square],
  ['div', [m, positive], arithmetic.div],
  ['div, broadcast', [m, { shape: [1, 3], from: 0.5, to: 2 }], arithmetic.div],
  ['negate', [m], arithmetic.negate],
  ['scale', [m], (x) => arithmetic.scale(x, -2.5)],
  ['shift', [m], (x) => arithmetic.shift(x, 3)],
  ['exp', [m], unary.exp],
  ['log', [positive], unary.log],
  ['sqrt', [positive], unary.sqrt],
  ['reciprocal', [positive], unary.reciprocal],
  ['atan', [m], unary.atan],
  ['sigmoid', [m], unary.sigmoid],
  ['abs', [kinked], unary.abs],
  ['clip', [kinked], (x) => unary.clip(x, -0.1, 0.1)],
  ['softplus', [{ shape: [2, 3], from: -4, to: 4 }], unary.softplus],
  ['silu', [{ shape: [2, 3], from: -4, to: 4 }], unary.silu],
  ['where', [kinked, m, m], (x, a, b) => where(greater(x, scalar(0)), a, arithmetic.add(b, x))],
  ['where, broadcast', [{ shape: [3] }, m], (a, b) => where(greater(b, scalar(2)), a, b)],
  ['maximum', [kinked, { shape: [2, 3], from: -0.2, to: -0.2 }], maximum],
  ['minimum', [kinked, { shape: [1], from: 0.1, to: 0.1 }], minimum],
  ['reduceSum', [picture], (x) => reduce.reduceSum(x, [0, 2])],
  ['reduceSum, kept', [m], (x) => reduce.reduceSum(x, [-1], { keep: true })],
  ['reduceMean', [picture], (x) => reduce.reduceMean(x, [0, 2, 3])],
  ['reduceSumSquare', [m], (x) => reduce.reduceSumSquare(x, [1])],
  ['reduceMax', [kinked], (x) => reduce.reduceMax(x, [1])],
  ['reshape', [picture], (x) => reshape(x, [6, 16])],
  ['transpose', [{ shape: [2, 3, 4] }], (x) => transpose(x, [2, 0, 1])],
  ['expand', [{ shape: [2, 1, 3] }], (x) => expand(x, [2, 4, 3])],
  ['split, one part unused', [{ shape: [2, 6] }], (x) => split(x, 1, [1, 2, 3])[2]!],
  [
    'split, parts used twice',
    [{ shape: [2, 4] }],
    (x) => {
      const [a, b] = split(x, 1, [2, 2]) as [Value, Value];
      return concat([arithmetic.mul(a, b), a, b], 1);
    },
  ],
  ['concat', [m, { shape: [2, 2] }], (a, b) => concat([a, b, a], 1)],
  ['slice', [picture], (x) => slice(x, { axes: [2, 3], starts: [1, 0], ends: [3, 3] })],
  ['pad', [m], (x) => pad(x, [1, 0], [0, 2])],
  ['pad, cutting', [picture], (x) => pad(x, [0, 0, 1, -1], [0, 0, 0, 1])],
  ['matmul', [{ shape: [2, 3] }, { shape: [3, 4] }], matmul],
  ['matmul, batched and broadcast', [{ shape: [2, 2, 3] }, { shape: [3, 2] }], matmul],
  ['matmulTransposed', [{ shape: [2, 2, 3] }, { shape: [2, 4, 3] }], matmulTransposed],
  ['softmax', [{ shape: [2, 5, 3], from: -2, to: 2 }], (x) => softmax(x, 1)],
  ['logSumExp', [{ shape: [2, 5, 3], from: -2, to: 2 }], (x) => logSumExp(x, 1)],
  ['channelMean, short rows', [picture], channelMean],
  ['channelMean, long rows', [{ shape: [2, 2, 8, 9] }], channelMean],
  ['channelMeanProduct, short rows', [picture, picture], channelMeanProduct],
  ['channelMeanProduct, long rows', [{ shape: [1, 2, 20, 20] }, { shape: [1, 2, 20, 20] }], channelMeanProduct],
  ['maxPool', [{ shape: [1, 2, 6, 6], from: -4, apart: 0.1 }], (x) => maxPool(x, 5)],
  ['maxPool twice', [{ shape: [1, 1, 7, 6], from: -2, apart: 0.1 }], (x) => maxPool(maxPool(x, 5), 5)],
  ['upsample2x', [{ shape: [2, 2, 2, 3] }], upsample2x],
  ['conv 1 × 1', [picture, { shape: [2, 3, 1, 1] }, { shape: [2] }], (x, k, b) => conv(x, k, b, { stride: 1, pad: 0 })],
  [
    'conv 1 × 1, more weights than pixels',
    [{ shape: [2, 6, 1, 2] }, { shape: [5, 6, 1, 1] }],
    (x, k) => conv(x, k, null, { stride: 1, pad: 0 }),
  ],
  [
    'conv 3 × 3, more pixels than weights',
    [{ shape: [2, 1, 6, 5] }, { shape: [1, 1, 3, 3] }, { shape: [1] }],
    (x, k, b) => conv(x, k, b, { stride: 1, pad: 1 }),
  ],
  [
    'conv 3 × 3, more weights than pixels',
    [{ shape: [3, 2, 2, 3] }, { shape: [3, 2, 3, 3] }],
    (x, k) => conv(x, k, null, { stride: 1, pad: 1 }),
  ],
  [
    'conv 3 × 3, stride 2, more pixels than weights',
    [{ shape: [2, 1, 8, 6] }, { shape: [1, 1, 3, 3] }],
    (x, k) => conv(x, k, null, { stride: 2, pad: 1 }),
  ],
  [
    'conv 3 × 3, stride 2, more weights than pixels',
    [{ shape: [3, 2, 4, 4] }, { shape: [2, 2, 3, 3] }, { shape: [2] }],
    (x, k, b) => conv(x, k, b, { stride: 2, pad: 1 }),
  ],
  [
    'batchNormTrain',
    [{ shape: [3, 2, 3, 2] }, { shape: [2], from: 0.5, to: 1.5 }, { shape: [2] }],
    (x, gamma, beta) => batchNormTrain(x, { gamma, beta, epsilon: 1e-3 }).y,
  ],
];

describe('gradients equal finite differences', () => {
  it.each(cases)('%s', async (_, operands, f) => {
    await checkGradient(operands, f);
  });
});
