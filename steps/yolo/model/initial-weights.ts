import { Random } from '../nn/random.ts';
import type { Architecture, ParameterInfo, Tensor, Weights } from './detector.ts';

/** Pictures are taken to be this large, with 5 objects in them, when the class bias is set: every network starts with the same prior. */
const PRIOR_IMGSZ = 640;
const PRIOR_OBJECTS = 5;
const BOX_BIAS = 2;

/**
 * Weights to start from: kernels uniform in ±1/√fan-in (PyTorch's default: Kaiming uniform with a = √5), batch norms that change nothing, box biases 2, class
 * biases ln(5 / classes / (640 / stride)²), the odds of meeting an object at an anchor. Each tensor is drawn from (seed, its place), so tensors of one
 * name are equal whatever stands before them changes.
 */
export function initialWeights(architecture: Architecture, seed: number): Weights {
  const weights: Weights = new Map();
  architecture.parameters.forEach((info, i) => {
    weights.set(info.name, initialTensor(info, architecture, new Random(seed, i)));
  });
  return weights;
}

function initialTensor(info: ParameterInfo, architecture: Architecture, random: Random): Tensor {
  const { name, shape, kind } = info;
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (kind === 'weight') {
    const bound = 1 / Math.sqrt(data.length / shape[0]!);
    for (let i = 0; i < data.length; i++) data[i] = random.uniform(-bound, bound);
  } else if (kind === 'norm' || name.endsWith('.running_var')) data.fill(1);
  else data.fill(headBias(name, architecture));
  return { shape, data };
}

/** What the last convolution of a head starts with; 0 for every other bias. */
function headBias(name: string, { names, strides }: Architecture): number {
  const [, branch, level] = /^model\.22\.(cv2|cv3)\.(\d)\.2\.bias$/.exec(name) ?? [];
  if (branch === undefined) return 0;
  if (branch === 'cv2') return BOX_BIAS;
  return Math.log(PRIOR_OBJECTS / names.length / (PRIOR_IMGSZ / strides[Number(level)]!) ** 2);
}
