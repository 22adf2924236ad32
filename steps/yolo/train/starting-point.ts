import { extname } from 'node:path';
import { type FileRef, inputError } from 'sluice';
import { decodeImage } from '../data/decode-image.ts';
import { letterbox } from '../data/letterbox.ts';
import type { Sample } from '../data/samples.ts';
import type { ImportedWeights } from '../model/adopt-weights.ts';
import { calibrateBatchNorm } from '../model/calibrate-batch-norm.ts';
import type { Architecture, ModelScale, Weights } from '../model/detector.ts';
import { importOnnx } from '../model/import-onnx.ts';
import { importSafetensors } from '../model/import-safetensors.ts';
import { initialWeights } from '../model/initial-weights.ts';
import { yolov8 } from '../model/yolov8.ts';
import type { TrainOptions } from './train-options.ts';

/** Side of the pictures that folded batch norms are estimated on, whatever the training's: most published detectors were trained at it. */
const CALIBRATION_IMGSZ = 640;

/** A network and the weights it starts from. */
export interface StartingPoint {
  readonly architecture: Architecture;
  readonly weights: Weights;
  /** How the weights came about, for the log; null from scratch. */
  readonly imported: ImportedWeights | null;
}

/**
 * The network that is trained: drawn from the seed, or taken over from a file, whose classes are matched by name. Batch norms that the file has folded away are
 * estimated on the training pictures, so that training sees the function that the file computes.
 *
 * @param from.model `yolov8n` and its sizes; a file's own size must be the same.
 * @throws ERR_INPUT for an unknown model, a file of another kind or of another network.
 */
export async function startingPoint(from: {
  readonly model: string;
  readonly names: readonly string[];
  readonly file: FileRef | null;
  readonly samples: readonly Sample[];
  readonly options: Pick<TrainOptions, 'seed' | 'threads'>;
}): Promise<StartingPoint> {
  const scale = scaleOf(from.model);
  if (!from.file) {
    const architecture = yolov8({ scale, names: from.names });
    return { architecture, weights: initialWeights(architecture, from.options.seed), imported: null };
  }
  const imported = await importFile(from.file, from.names);
  const { architecture } = imported;
  if (architecture.scale !== scale) {
    throw inputError(
      `${from.file.name} is a ${architecture.model}, and ${from.model} was asked for.`,
      `Set model to ${architecture.model}, or give other weights.`,
    );
  }
  const weights = imported.folded ? await calibrated(imported, from.samples, from.options.threads) : imported.weights;
  return { architecture, weights, imported };
}

function scaleOf(model: string): ModelScale {
  const scale = /^yolov8([nsmlx])$/.exec(model)?.[1];
  if (!scale) {
    throw inputError(`There is no model ${model}.`, 'Known are yolov8n, yolov8s, yolov8m, yolov8l and yolov8x.');
  }
  return scale as ModelScale;
}

function importFile(file: FileRef, names: readonly string[]): Promise<ImportedWeights> {
  switch (extname(file.name)) {
    case '.onnx':
      return importOnnx(file.path, { names });
    case '.safetensors':
      return importSafetensors(file.path, { names });
    default:
      throw inputError(
        `${file.name} is no weights file that can be read.`,
        'Give an .onnx or a .safetensors file; `yolo export model=… format=onnx` makes one of a .pt.',
      );
  }
}

function calibrated(
  { architecture, weights }: ImportedWeights,
  samples: readonly Sample[],
  threads: number,
): Promise<Weights> {
  const size = [CALIBRATION_IMGSZ, CALIBRATION_IMGSZ] as const;
  async function* pictures(): AsyncGenerator<Float32Array> {
    for (const { imagePath } of samples) yield letterbox(await decodeImage(imagePath), { size }).data;
  }
  const options = { batch: 1, size, batches: pictures(), ...(threads > 0 ? { threads } : {}) };
  return calibrateBatchNorm(architecture, weights, options);
}
