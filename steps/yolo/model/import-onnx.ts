import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { inputError } from 'sluice';
import type { OnnxModel } from '../nn/onnx/onnx-model.ts';
import { readOnnx } from '../nn/onnx/read-onnx.ts';
import { adoptWeights, type ImportedWeights } from './adopt-weights.ts';
import { floatParameters } from './dequantize.ts';
import { namesOfPythonDict } from './python-literal.ts';

export interface ImportOptions {
  /** Classes to detect: those that the file knows too keep what they have learned. */
  readonly names: readonly string[];
}

/**
 * Starting weights from an ONNX file of a YOLOv8 detector, float or int8, ours or an export of Ultralytics'.
 *
 * Errors (ERR_INPUT): not an ONNX file, or one of another network; the message names the first parameter that is missing or has another shape.
 */
export async function importOnnx(path: string, { names }: ImportOptions): Promise<ImportedWeights> {
  const file = basename(path);
  const model = parsed(await readFile(path), file);
  return adoptWeights({
    file,
    tensors: floatParameters(model),
    sourceNames: namesOfPythonDict(model.metadata['names'] ?? ''),
    names,
  });
}

function parsed(bytes: Uint8Array, file: string): OnnxModel {
  try {
    return readOnnx(bytes);
  } catch (cause) {
    throw inputError(`${file} is not an ONNX model.`, 'Give an .onnx file of a YOLOv8 detector.', cause);
  }
}
