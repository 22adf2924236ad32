import { operator, staticShape, type Value } from '../value.ts';
import { convInputGradient } from './conv-input-gradient.ts';
import { convKernelGradient } from './conv-kernel-gradient.ts';
import { reduceSum } from './reduce.ts';

export interface ConvOptions {
  readonly stride: 1 | 2;
  /** Zeros on each side. */
  readonly pad: number;
}

/** The sizes of one square convolution, in pixels and channels. */
export interface ConvGeometry extends ConvOptions {
  readonly n: number;
  readonly cin: number;
  readonly h: number;
  readonly w: number;
  readonly cout: number;
  readonly k: number;
  /** Of the output. */
  readonly ho: number;
  readonly wo: number;
}

/** Convolution (cross-correlation, as everywhere in deep learning): x [N, Cin, H, W], kernel [Cout, Cin, k, k], bias [Cout] → [N, Cout, H', W']. */
export function conv(x: Value, kernel: Value, bias: Value | null, { stride, pad }: ConvOptions): Value {
  const [n, cin, h, w] = staticShape(x) as [number, number, number, number];
  const [cout, kernelIn, k] = staticShape(kernel) as [number, number, number, number];
  if (cin !== kernelIn) throw new Error(`A kernel for ${kernelIn} channels does not fit an input of ${cin}.`);
  const ho = Math.floor((h + 2 * pad - k) / stride) + 1;
  const wo = Math.floor((w + 2 * pad - k) / stride) + 1;
  const geometry: ConvGeometry = { n, cin, h, w, cout, k, ho, wo, stride, pad };
  return operator(
    {
      type: 'Conv',
      inputs: bias === null ? [x, kernel] : [x, kernel, bias],
      attributes: {
        kernel_shape: { ints: [k, k] },
        pads: { ints: [pad, pad, pad, pad] },
        strides: { ints: [stride, stride] },
      },
      gradient: ([dy], wanted) => [
        wanted[0] ? convInputGradient(dy!, kernel, geometry) : null,
        wanted[1] ? convKernelGradient(dy!, x, geometry) : null,
        wanted[2] ? reduceSum(dy!, [0, 2, 3]) : null,
      ],
    },
    { shape: [n, cout, ho, wo] },
  );
}
