import { type Dimension, operator, type Value } from '../value.ts';
import { broadcastShape, sumTo } from './broadcast.ts';
import { transpose } from './reshape.ts';

/** Matrix product over the last two dimensions, batched over the others: [..., M, K] · [..., K, N] → [..., M, N]. */
export function matmul(a: Value, b: Value): Value {
  const rows: Dimension = a.shape.at(-2)!;
  const columns: Dimension = b.shape.at(-1)!;
  if (a.shape.at(-1) !== b.shape.at(-2)) {
    throw new Error(`Matrices ${JSON.stringify(a.shape)} and ${JSON.stringify(b.shape)} do not multiply.`);
  }
  return operator(
    {
      type: 'MatMul',
      inputs: [a, b],
      gradient: ([dy], wanted) => [
        wanted[0] ? sumTo(matmul(dy!, transposeLast(b)), a.shape) : null,
        wanted[1] ? sumTo(matmul(transposeLast(a), dy!), b.shape) : null,
      ],
    },
    { shape: [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns] },
  );
}

/** a · bᵀ over the last two dimensions, b read as it lies: [L, M, K] · [L, N, K]ᵀ → [L, M, N]. */
export function matmulTransposed(a: Value, b: Value): Value {
  return operator(
    {
      type: 'FusedMatMul',
      domain: 'com.microsoft',
      inputs: [a, b],
      attributes: { transB: { int: 1 } },
      gradient: ([dy], wanted) => [wanted[0] ? matmul(dy!, b) : null, wanted[1] ? matmul(transposeLast(dy!), a) : null],
    },
    { shape: [...a.shape.slice(0, -1), b.shape.at(-2)!] },
  );
}

/** Swaps the last two dimensions. */
function transposeLast(x: Value): Value {
  const rank = x.shape.length;
  return transpose(x, [...Array(rank - 2).keys(), rank - 1, rank - 2]);
}
