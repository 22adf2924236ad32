import { constant, elements, operator, type Value } from '../value.ts';
import { mul } from './arithmetic.ts';
import type { ConvGeometry } from './conv.ts';
import { matmul, transposeLast } from './matmul.ts';
import { concat, slice, split } from './pieces.ts';
import { reduceSum } from './reduce.ts';
import { reshape, transpose } from './reshape.ts';

/**
 * dW of a convolution, dW[o, i, a, b] = Σ dY[n, o, y, x] X[n, i, s y + a - p, s x + b - p], as one matrix product over the pixels: in onnxruntime a Conv with N and
 * C swapped is 2-12 times slower, and im2col copies X nine times with one thread.
 *
 * The nine taps of a 3 × 3 kernel are three shifts by rows times three by columns. One operand is shifted by rows, the other by columns: six copies, made
 * by two Concats that lay the pictures out as flat strips with the right zeros between them.
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
  const { cin, cout, h, w } = geometry;
  const apart = picturesApart(geometry);
  const left = pictures(dy, cout, h * w, apart);
  const right = pictures(x, cin, h * w, apart);
  const sum = product(concat(left, 2), concat(right, 2));
  return reshape(sum, [cout, cin, 1, 1]);
}

function threeByThree(dy: Value, x: Value, geometry: ConvGeometry): Value {
  const { cin, cout, h, w } = geometry;
  const apart = picturesApart(geometry);
  const parts = (value: Value, channels: number): Value[] => pictures(value, channels, h * w, apart);
  // Columns, in dY: one element to the left, in place, one to the right. The column that would wrap round into another row is 0.
  const columns = strip(
    [
      { pictures: parts(withoutColumn(dy, 0), cout), start: w - 1 },
      { pictures: parts(dy, cout), start: w },
      { pictures: parts(withoutColumn(dy, w - 1), cout), start: w + 1 },
    ],
    2 * w,
  );
  // Rows, in X: one down, in place, one up.
  const rows = strip(
    [2 * w, w, 0].map((start) => ({ pictures: parts(x, cin), start })),
    2 * w,
  );
  // [Cout, b, Cin, a] to [Cout, Cin, a, b] moves one axis of single floats, which onnxruntime does fast; shifting columns in X would move triples.
  const sum = reshape(product(columns, rows), [cout, 3, 3 * cin]);
  return reshape(transpose(sum, [0, 2, 1]), [cout, cin, 3, 3]);
}

/**
 * Stride 2: X falls apart into its even and odd rows and columns, of H' × W' pixels each. Output row y meets even row y (tap 1), odd row y (tap 2) and odd
 * row y - 1 (tap 0), so dY is needed in place and one row up, and the same goes for columns.
 */
function threeByThreeHalving(dy: Value, x: Value, geometry: ConvGeometry): Value {
  const { n, cin, cout, ho, wo } = geometry;
  const apart = picturesApart(geometry);
  const phases = split(spaceToDepth(x, [n, 4 * cin, ho, wo]), 1, [cin, cin, cin, cin]);
  const parts = (value: Value, channels: number): Value[] => pictures(value, channels, ho * wo, apart);
  const rows = strip(
    [0, wo].map((start) => ({ pictures: parts(dy, cout), start })),
    wo,
  );
  const columns = strip(
    [0, 2].flatMap((row) => [
      { pictures: parts(withoutColumn(phases[row + 1]!, wo - 1), cin), start: wo + 1 },
      { pictures: parts(phases[row]!, cin), start: wo },
      { pictures: parts(phases[row + 1]!, cin), start: wo },
    ]),
    wo,
  );
  const sum = reshape(product(rows, columns), [cout, 2, cin, 2, 3]);
  // Of (row up, in place) × (even, odd) the pair row up × even is no tap; the other three are taps 0, 1, 2 in order.
  const pairs = reshape(transpose(sum, [0, 2, 1, 3, 4]), [cout, cin, 4, 3]);
  return slice(pairs, { axes: [2], starts: [1], ends: [4] });
}

/**
 * Whether the pictures of a batch are laid end to end, for one product over all their pixels, or multiplied one by one and summed. Splitting them costs
 * copies of the activations, one product each costs N writes and reads of the kernel's gradient: the smaller wins.
 */
function picturesApart({ n, cin, cout, k, ho, wo }: ConvGeometry): boolean {
  return n > 1 && 2 * k * k * cin * cout > (cout + k * cin) * ho * wo;
}

/** [N, C, …] as one tensor [N, C, pixels], or as N of [1, C, pixels]. */
function pictures(value: Value, channels: number, pixels: number, apart: boolean): Value[] {
  const n = value.shape[0] as number;
  const flat = reshape(value, [n, channels, pixels]);
  return apart ? [...split(flat, 0, Array<number>(n).fill(1))] : [flat];
}

interface Copy {
  /** [L, C, pixels] each. */
  readonly pictures: readonly Value[];
  /** Zeros before the first picture. */
  readonly start: number;
}

/**
 * Lays copies of the same pictures out as [L, C × copies, K]: within a copy, pictures follow each other `gap` zeros apart; K is a copy's pictures with `gap` zeros
 * each. Zeros at the end of one copy and the start of the next are one constant.
 */
function strip(copies: readonly Copy[], gap: number): Value {
  const [lead, channels, pixels] = copies[0]!.pictures[0]!.shape as [number, number, number];
  const length = copies[0]!.pictures.length * (pixels + gap);
  const parts: Value[] = [];
  let filled = 0;
  const zerosUpTo = (end: number): void => {
    // Below 0 where a picture's last column, which is 0, stands for the first zero after it.
    if (end > filled) parts.push(zeros([lead, channels, end - filled]));
    filled = end;
  };
  copies.forEach(({ pictures: images, start }, copy) => {
    images.forEach((image, i) => {
      zerosUpTo(copy * length + start + i * (pixels + gap));
      parts.push(image);
      filled += pixels;
    });
  });
  zerosUpTo(copies.length * length);
  return reshape(concat(parts, 2), [lead, channels * copies.length, length]);
}

/** Σ over L of [L, A, K] · [L, B, K]ᵀ: [A, B]. */
function product(a: Value, b: Value): Value {
  const each = matmul(a, transposeLast(b));
  const [lead, rows, columns] = each.shape as [number, number, number];
  return lead === 1 ? reshape(each, [rows, columns]) : reduceSum(each, [0]);
}

/** x with one column of every picture set to 0. */
function withoutColumn(x: Value, column: number): Value {
  const [, , h, w] = x.shape as [number, number, number, number];
  const mask = Float32Array.from({ length: h * w }, (_, i) => (i % w === column ? 0 : 1));
  const flat = reshape(x, [elements(x.shape as number[]) / (h * w), h * w]);
  return reshape(mul(flat, constant(mask, [1, h * w])), x.shape as number[]);
}

/** [N, C, H, W] → [N, 4 C, H / 2, W / 2]: even rows' even and odd columns, then odd rows'. */
function spaceToDepth(x: Value, shape: readonly number[]): Value {
  return operator({ type: 'SpaceToDepth', inputs: [x], attributes: { blocksize: { int: 2 } } }, { shape });
}

function zeros(shape: readonly number[]): Value {
  return constant(new Float32Array(elements(shape)), shape);
}
