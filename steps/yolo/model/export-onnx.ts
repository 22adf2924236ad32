import { writeFile } from 'node:fs/promises';
import { detectModel } from './detect-model.ts';
import type { Architecture, Weights } from './detector.ts';
import { checkSizes } from './graph-options.ts';
import { pythonDict } from './python-literal.ts';

export interface ExportOptions {
  /** Side of the square pictures that the model takes, in pixels; a multiple of 32. */
  readonly imgsz: number;
  readonly path: string;
}

/**
 * Writes a detector as one ONNX file that other tools open like an export of Ultralytics': batch norm folded, `images` [1, 3, imgsz, imgsz] to `output0`
 * [1, 4 + classes, A], and the same metadata. Equal weights give equal bytes: no date is written.
 */
export async function exportOnnx(
  architecture: Architecture,
  weights: Weights,
  { imgsz, path }: ExportOptions,
): Promise<void> {
  const size = [imgsz, imgsz] as const;
  checkSizes(architecture, { batch: 1, size });
  const metadata = {
    description: `Sluice ${architecture.model} model`,
    author: 'Sluice',
    stride: String(Math.max(...architecture.strides)),
    task: 'detect',
    batch: '1',
    imgsz: `[${imgsz}, ${imgsz}]`,
    names: pythonDict(architecture.names),
    channels: '3',
  };
  await writeFile(path, detectModel(architecture, weights, { batch: 1, size, metadata }));
}
