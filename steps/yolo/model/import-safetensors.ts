import { basename } from 'node:path';
import { adoptWeights, type ImportedWeights } from './adopt-weights.ts';
import type { ImportOptions } from './import-onnx.ts';
import { readSafetensors } from './safetensors.ts';

/** Starting weights from a safetensors file; its class names stand in the metadata as `names`, a JSON list, as the training writes them. */
export async function importSafetensors(path: string, { names }: ImportOptions): Promise<ImportedWeights> {
  const { tensors, metadata } = await readSafetensors(path);
  const listed: unknown = JSON.parse(metadata['names'] ?? 'null');
  const sourceNames = Array.isArray(listed) ? listed.map(String) : null;
  return adoptWeights({ file: basename(path), tensors, sourceNames, names });
}
