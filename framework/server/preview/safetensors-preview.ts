import { z } from 'zod';
import type { ArtifactStore } from '../../components/artifact-store.ts';
import type { Preview } from '../api/artifact.ts';
import { readHead, type StoredObject } from './stored-object.ts';

const LENGTH_BYTES = 8;
const MOST_HEAD_BYTES = 4 * 1024 * 1024;
const MOST_TENSORS = 2000;

const Tensor = z.object({ dtype: z.string(), shape: z.array(z.number()) });

/**
 * The tensors of a safetensors file, as its head lists them: eight bytes of length, then JSON (https://huggingface.co/docs/safetensors).
 * Undefined for a file that is none.
 */
export async function safetensorsPreview(store: ArtifactStore, file: StoredObject): Promise<Preview | undefined> {
  const { bytes } = await readHead(store, file, MOST_HEAD_BYTES);
  if (bytes.length < LENGTH_BYTES) return undefined;
  const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
  if (length > bytes.length - LENGTH_BYTES) return undefined;
  const head = parsed(Buffer.from(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length)).toString());
  if (!head) return undefined;
  const { __metadata__: _, ...tensors } = head;
  const rows = Object.entries(tensors).flatMap(([name, value]) => {
    const tensor = Tensor.safeParse(value);
    return tensor.success ? [[name, tensor.data.dtype, tensor.data.shape.join(' × ')]] : [];
  });
  return {
    kind: 'table',
    columns: ['tensor', 'type', 'shape'],
    rows: rows.slice(0, MOST_TENSORS),
    totalRows: rows.length,
  };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    // Named so, and something else.
    return undefined;
  }
}
