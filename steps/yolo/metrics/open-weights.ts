import { extname } from 'node:path';
import { type FileRef, inputError } from 'sluice';
import type { ImportedWeights } from '../model/adopt-weights.ts';
import type { DetectGraph } from '../model/detector.ts';
import { importOnnx } from '../model/import-onnx.ts';
import { importSafetensors } from '../model/import-safetensors.ts';
import { openDetectGraph } from '../model/open-detect-graph.ts';
import { validationFrame } from './validation-picture.ts';

export interface OpenWeightsOptions {
  readonly names: readonly string[];
  readonly imgsz: number;
  /** 0 or left out: all cores. */
  readonly threads?: number;
}

/** A weights file as a detector of `names`, framed for validation, one picture at a time. */
export interface OpenedWeights {
  readonly graph: DetectGraph;
  /** Classes that the file has learned: the others are scored as what they are, a head without training. */
  readonly known: readonly string[];
}

/** @throws ERR_INPUT for a file of another kind or of another network. */
export async function openWeights(
  file: FileRef,
  { names, imgsz, threads }: OpenWeightsOptions,
): Promise<OpenedWeights> {
  const { architecture, weights, freshClasses } = await importWeights(file, names);
  const graph = await openDetectGraph(architecture, weights, {
    batch: 1,
    size: validationFrame(imgsz),
    ...(threads ? { threads } : {}),
  });
  return { graph, known: names.filter((name) => !freshClasses.includes(name)) };
}

function importWeights(file: FileRef, names: readonly string[]): Promise<ImportedWeights> {
  switch (extname(file.name).toLowerCase()) {
    case '.onnx':
      return importOnnx(file.path, { names });
    case '.safetensors':
      return importSafetensors(file.path, { names });
    default:
      throw inputError(`${file.name} holds no weights that can be scored.`, 'Give an .onnx or a .safetensors file.');
  }
}
