import { open, readFile } from 'node:fs/promises';
import { inputError } from 'sluice';
import type { Tensor, Weights } from './detector.ts';

/**
 * The safetensors format (github.com/huggingface/safetensors): eight bytes with the header's length, a JSON header of names, shapes and offsets, then the
 * numbers, little-endian. Only float32 is written and read. Written here because the format is forty lines and no kept package writes it.
 */

/** What a header says of one tensor; offsets count from the end of the header. */
interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const METADATA = '__metadata__';
/** The format's own limit for headers. */
const LONGEST_HEADER = 100_000_000;

/** Writes tensors in their order; equal content gives equal bytes. The file is flushed to the disk before it returns. */
export async function writeSafetensors(
  path: string,
  tensors: Weights,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries: Record<string, Entry | Readonly<Record<string, string>>> = {};
  if (Object.keys(metadata).length > 0) entries[METADATA] = metadata;
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    entries[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(entries));
  // Padded with spaces, so that the numbers start at a multiple of 8 and can be mapped into memory.
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8), 0);
  json.copy(header, 8);
  const file = await open(path, 'w');
  try {
    await file.writev([
      header,
      ...[...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ]);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Reads a file whole. Errors (ERR_INPUT): not a safetensors file, cut short, or with other numbers than float32. */
export async function readSafetensors(
  path: string,
): Promise<{ readonly tensors: Weights; readonly metadata: Readonly<Record<string, string>> }> {
  const bytes = await readFile(path);
  const header = headerOf(bytes, path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { [METADATA]: metadata = {}, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    const { dtype, shape } = entry;
    const [from, to] = entry.data_offsets;
    if (dtype !== 'F32') throw damaged(path, `tensor ${name} is ${dtype}, and only F32 is read`);
    if (to - from !== 4 * shape.reduce((a, b) => a * b, 1))
      throw damaged(path, `the length of ${name} is not that of its shape`);
    if (start + to > bytes.length) throw damaged(path, `it ends within tensor ${name}`);
    const data = new Float32Array((to - from) / 4);
    bytes.copy(new Uint8Array(data.buffer), 0, start + from, start + to);
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata: metadata as Readonly<Record<string, string>> };
}

function headerOf(bytes: Buffer, path: string): Record<string, unknown> {
  const length = bytes.length < 8 ? Number.POSITIVE_INFINITY : Number(bytes.readBigUInt64LE(0));
  if (length > LONGEST_HEADER || 8 + length > bytes.length) throw damaged(path, 'it has no header');
  try {
    return JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, unknown>;
  } catch (cause) {
    throw damaged(path, 'its header is not JSON', cause);
  }
}

function damaged(path: string, how: string, cause?: unknown): Error {
  return inputError(`${path} cannot be read as safetensors: ${how}.`, 'Give the file as it was written, whole.', cause);
}
