import { constant, elements, operator, type Value } from '../value.ts';
import { mul } from './arithmetic.ts';
import type { ConvGeometry } from './conv.ts';
import { matmul, matmulTransposed } from './matmul.ts';
import { concat, split } from './pieces.ts';
import { reshape, transpose } from './reshape.ts';

/**
 * dW of a convolution, dW[o, i, a, b] = Σ dY[n, o, y, x] X[n, i, s y + a - p, s x + b - p], as one matrix product over the pixels: in onnxruntime a Conv with N and
 * C swapped is 2-12 times slower, and im2col copies X nine times with one thread.
 *
 * The nine taps of a 3 × 3 kernel are three shifts by rows times three by columns. One operand is shifted by rows, the other by columns: six copies, made
 * by two Concats that lay flat pictures out with the right zeros between them.
 *
 * @param dy [N, Cout, H', W']
 * @param x [N, Cin, H, W]
 * @returns [Cout, Cin, k, k]
 */
export function convKernelGradient(dy: Value, x: Value, geometry: ConvGeometry): Value {
  const { n, cin, cout, k, stride, pad } = geometry;
  if (k === 1 && stride === 1 && pad === 0) return pointwise(dy, x, geometry);
  if (k === 3 && pad === 1 && stride === 1) return threeByThree(dy, x, geometry);
  if (k === 3 && pad === 1 && stride === 2 && geometry.h % 2 === 0 && geometry.w % 2 === 0) {
    return threeByThreeHalving(dy, x, geometry);
  }
  throw new Error(
    `There is no kernel gradient for ${k} × ${k}, stride ${stride}, padding ${pad} (${n}, ${cin}, ${cout}).`,
  );
}

function pointwise(dy: Value, x: Value, geometry: ConvGeometry): Value {
  const { cin, cout } = geometry;
  return reshape(product(lanes(dy, geometry), lanes(x, geometry)), [cout, cin, 1, 1]);
}

function threeByThree(dy: Value, x: Value, geometry: ConvGeometry): Value {
  const { cin, cout, h, w } = geometry;
  const dyLanes = lanes(dy, geometry);
  const xLanes = lanes(x, geometry);
  // Columns, in dY: one element to the left, in place, one to the right. The column that would wrap round into another row is 0.
  const columns = strip(
    [
      { lanes: withoutColumn(dyLanes, 0, w), start: w - 1 },
      { lanes: dyLanes, start: w },
      { lanes: withoutColumn(dyLanes, w - 1, w), start: w + 1 },
    ],
    2 * w,
  );
  // Rows, in X: one down, in place, one up. The row that would get into another picture is 0.
  const rows = strip(
    [
      { lanes: withoutRow(xLanes, h - 1, { h, w }), start: 2 * w },
      { lanes: xLanes, start: w },
      { lanes: withoutRow(xLanes, 0, { h, w }), start: 0 },
    ],
    2 * w,
  );
  // [Cout, b, Cin, a] to [Cout, Cin, a, b] moves one axis of single floats, which onnxruntime does fast; shifting columns in X would move triples.
  return transpose(reshape(product(columns, rows), [cout, 3, cin, 3]), [0, 2, 3, 1]);
}

/**
 * Stride 2: X falls apart into its even and odd rows and columns, of H' × W' pixels each. Output row y meets even row y (tap 1), odd row y (tap 2) and odd
 * row y - 1 (tap 0), so dY is needed in place and one row up, and the same goes for columns.
 */
function threeByThreeHalving(dy: Value, x: Value, geometry: ConvGeometry): Value {
  const { n, cin, cout, ho, wo } = geometry;
  const dyLanes = lanes(dy, geometry);
  const phases = split(lanes(spaceToDepth(x, [n, 4 * cin, ho, wo]), geometry), 1, [cin, cin, cin, cin]);
  const rows = strip(
    [
      { lanes: withoutRow(dyLanes, 0, { h: ho, w: wo }), start: 0 },
      { lanes: dyLanes, start: wo },
    ],
    wo,
  );
  const columns = strip(
    [0, 2].flatMap((row) => [
      { lanes: withoutColumn(phases[row + 1]!, wo - 1, wo), start: wo + 1 },
      { lanes: phases[row]!, start: wo },
      { lanes: phases[row + 1]!, start: wo },
    ]),
    wo,
  );
  const sum = reshape(product(rows, columns), [cout, 2, 6 * cin]);
  // [Cout, row of dY, Cin × (row of X, b)] to [Cout × Cin, (row of X, b, row of dY)]: again one axis of single floats.
  const taps = reshape(transpose(sum, [0, 2, 1]), [cout * cin, 12]);
  return reshape(matmul(taps, halvingTaps()), [cout, cin, 3, 3]);
}

/**
 * Puts the 12 results of a halving in the order of the 9 taps, as a product [12, 9], which is exact: every sum has one term that is not 0. dY one row up (0) meets odd rows of X
 * in tap 0, dY in place (1) meets even ones in tap 1 and odd ones in tap 2; one row up and even is no tap.
 */
function halvingTaps(): Value {
  const place = (rowOfX: number, b: number, rowOfDy: number): number => (3 * rowOfX + b) * 2 + rowOfDy;
  const sources = [0, 1, 2].flatMap((a) => [0, 1, 2].map((b) => place(a === 1 ? 0 : 1, b, a === 0 ? 0 : 1)));
  const ones = Float32Array.from({ length: 12 * 9 }, (_, i) => (sources[i % 9] === Math.floor(i / 9) ? 1 : 0));
  return constant(ones, [12, 9]);
}

/**
 * Flat pictures for a product over their pixels: [N, C, …] as N lanes [N, C, pixels], whose products are summed, or as one lane [1, C, N × pixels]. One lane costs a
 * transposed copy of the activations, N lanes cost N writes and reads of the kernel's gradient: the smaller wins.
 */
function lanes(value: Value, { n, cin, cout, k, ho, wo }: ConvGeometry): Value {
  const channels = value.shape[1] as number;
  const pixels = elements(value.shape.slice(2) as number[]);
  const flat = reshape(value, [n, channels, pixels]);
  if (n === 1 || 2 * k * k * cin * cout <= (cout + cin) * ho * wo) return flat;
  return reshape(transpose(flat, [1, 0, 2]), [1, channels, n * pixels]);
}

interface Copy {
  /** [L, C, K] */
  readonly lanes: Value;
  /** Zeros before it. */
  readonly start: number;
}

/** Lays copies of the same lanes out as [L, C × copies, K + room], zeros before and after each. */
function strip(copies: readonly Copy[], room: number): Value {
  const [lead, channels, width] = copies[0]!.lanes.shape as [number, number, number];
  const length = width + room;
  const parts: Value[] = [];
  let filled = 0;
  const zerosUpTo = (end: number): void => {
    if (end > filled) parts.push(zeros([lead, channels, end - filled]));
    filled = end;
  };
  copies.forEach((copy, i) => {
    zerosUpTo(i * length + copy.start);
    parts.push(copy.lanes);
    filled += width;
  });
  zerosUpTo(copies.length * length);
  return reshape(concat(parts, 2), [lead, channels * copies.length, length]);
}

/** Σ over L of [L, A, K] · [L, B, K]ᵀ: [A, B]. The sum is a product with ones, three times as fast as onnxruntime's ReduceSum over a first axis. */
function product(a: Value, b: Value): Value {
  const each = matmulTransposed(a, b);
  const [lead, rows, columns] = each.shape as [number, number, number];
  if (lead === 1) return reshape(each, [rows, columns]);
  const ones = constant(new Float32Array(lead).fill(1), [1, lead]);
  return reshape(matmul(ones, reshape(each, [lead, rows * columns])), [rows, columns]);
}

/** Lanes with one column of every picture, `w` wide, set to 0. */
function withoutColumn(value: Value, column: number, w: number): Value {
  return masked(value, (pixel) => pixel % w === column);
}

/** Lanes with one row of every picture, [h, w], set to 0; as they are where a lane holds one picture, which has nothing but zeros around it. */
function withoutRow(value: Value, row: number, { h, w }: { readonly h: number; readonly w: number }): Value {
  return value.shape[2] === h * w ? value : masked(value, (pixel) => Math.floor(pixel / w) % h === row);
}

function masked(value: Value, isZero: (pixel: number) => boolean): Value {
  const width = value.shape[2] as number;
  const mask = Float32Array.from({ length: width }, (_, pixel) => (isZero(pixel) ? 0 : 1));
  return mul(value, constant(mask, [1, 1, width]));
}

/** [N, C, H, W] → [N, 4 C, H / 2, W / 2]: even rows' even and odd columns, then odd rows'. */
function spaceToDepth(x: Value, shape: readonly number[]): Value {
  return operator({ type: 'SpaceToDepth', inputs: [x], attributes: { blocksize: { int: 2 } } }, { shape });
}

function zeros(shape: readonly number[]): Value {
  return constant(new Float32Array(elements(shape)), shape);
}
