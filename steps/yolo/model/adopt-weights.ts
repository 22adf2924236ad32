import { inputError } from 'sluice';
import type { Architecture, ModelScale, ParameterInfo, Tensor, Weights } from './detector.ts';
import { initialWeights } from './initial-weights.ts';
import { BATCH_NORM_EPSILON } from './layers.ts';
import { checkWeights } from './parameter-inputs.ts';
import { yolov8 } from './yolov8.ts';

export interface ImportedWeights {
  readonly architecture: Architecture;
  readonly weights: Weights;
  /** Classes of the file, or null where it does not say. */
  readonly sourceNames: readonly string[] | null;
  /** Classes that the file does not know: their row of the last class convolution starts anew. */
  readonly freshClasses: readonly string[];
  /**
   * The file has its batch norms folded into the convolutions. They stand in `weights` as ones that change nothing, right for inference; before training
   * they must be estimated anew (`calibrateBatchNorm`), or the first batches see another network.
   */
  readonly folded: boolean;
}

export interface AdoptOptions {
  /** For messages. */
  readonly file: string;
  readonly tensors: Weights;
  readonly sourceNames: readonly string[] | null;
  readonly names: readonly string[];
}

/** Channels of the first convolution, which tell the size of the model. */
const FIRST_CHANNELS: Readonly<Record<number, ModelScale>> = { 16: 'n', 32: 's', 48: 'm', 64: 'l', 80: 'x' };
const FIRST = 'model.0.conv.weight';
const CLASS_WIDTH = 'model.22.cv3.0.0.conv.weight';
const CLASS_ROWS = /^model\.22\.cv3\.\d\.2\.(weight|bias)$/;

/**
 * Makes tensors under Ultralytics' names the weights of a network for `names`: size and class-branch width as the file has them, class rows carried over by
 * name, folded batch norms unfolded into neutral ones.
 */
export function adoptWeights({ file, tensors, sourceNames, names }: AdoptOptions): ImportedWeights {
  const scale = FIRST_CHANNELS[tensors.get(FIRST)?.shape[0] ?? 0] ?? 'n';
  const rows = tensors.get('model.22.cv3.0.2.bias')?.shape[0];
  const classes = sourceNames ?? (rows === names.length ? names : null);
  if (classes === null && rows !== undefined) {
    throw inputError(
      `${file} has ${rows} classes and does not say which; ${names.length} are asked for.`,
      'Give a file with class names in its metadata, as Ultralytics and Sluice write them.',
    );
  }
  const width = tensors.get(CLASS_WIDTH)?.shape[0];
  const of = (classNames: readonly string[]): Architecture =>
    yolov8({ scale, names: classNames, ...(width === undefined ? {} : { classWidth: width }) });
  const source = of(classes ?? names);
  const { weights: found, folded } = unfolded(source, tensors);
  checkWeights(source, found, file);

  const architecture = of(names);
  const fresh = initialWeights(architecture, 0);
  const origin = names.map((name) => source.names.indexOf(name));
  const weights: Weights = new Map(
    architecture.parameters.map((info) => {
      const tensor = found.get(info.name)!;
      const carried = CLASS_ROWS.test(info.name) ? withRows(info, tensor, fresh.get(info.name)!, origin) : tensor;
      return [info.name, { shape: info.shape, data: carried.data.slice() }];
    }),
  );
  return {
    architecture,
    weights,
    sourceNames,
    freshClasses: names.filter((_, i) => origin[i] === -1),
    folded,
  };
}

/** The file's parameters with neutral batch norms where it has biases instead: variance 1 - ε makes the factor 1. */
function unfolded(source: Architecture, tensors: Weights): { readonly weights: Weights; readonly folded: boolean } {
  const weights: Weights = new Map();
  let folded = false;
  for (const { name, shape } of source.parameters) {
    const tensor = tensors.get(name);
    const [, block, part] = /^(.*)\.bn\.(\w+)$/.exec(name) ?? [];
    const bias = block === undefined ? undefined : tensors.get(`${block}.conv.bias`);
    if (tensor !== undefined) weights.set(name, tensor);
    else if (bias !== undefined) {
      folded = true;
      weights.set(name, part === 'bias' ? bias : filled(shape, neutral(part!)));
    }
  }
  return { weights, folded };
}

function neutral(part: string): number {
  if (part === 'weight') return 1;
  return part === 'running_var' ? 1 - BATCH_NORM_EPSILON : 0;
}

function filled(shape: readonly number[], value: number): Tensor {
  return { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) };
}

/** Class rows of a last convolution: row i from row `origin[i]` of `tensor`, or fresh where that is -1. */
function withRows({ shape }: ParameterInfo, tensor: Tensor, fresh: Tensor, origin: readonly number[]): Tensor {
  const data = fresh.data.slice();
  const length = data.length / origin.length;
  origin.forEach((from, to) => {
    if (from >= 0) data.set(tensor.data.subarray(from * length, (from + 1) * length), to * length);
  });
  return { shape, data };
}
