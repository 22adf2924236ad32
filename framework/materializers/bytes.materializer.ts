import type { Materializer, StoredValue } from './materializer.ts';

/** A Uint8Array as its bytes, nothing added. */
export const bytesMaterializer: Materializer<Uint8Array> = {
  format: 'bytes',
  version: 1,
  accepts: (value) => value instanceof Uint8Array && !Buffer.isBuffer(value),
  encode: (value) => ({ content: value }),
  decode: async (stored) => Uint8Array.from(await stored.bytes()),
  preview: hexPreview,
};

/** The same for a Buffer, under a format of its own: `toString()` and `slice()` of the two differ, so a step must get what was returned. */
export const bufferMaterializer: Materializer<Buffer> = {
  format: 'buffer',
  version: 1,
  accepts: (value) => Buffer.isBuffer(value),
  encode: (value) => ({ content: value }),
  decode: async (stored) => Buffer.from(await stored.bytes()),
  preview: hexPreview,
};

async function hexPreview(stored: StoredValue): Promise<string> {
  const bytes = await stored.bytes();
  const first = Buffer.from(bytes.subarray(0, 32)).toString('hex').replace(/../g, '$& ').trim();
  return `${bytes.byteLength} bytes: ${first}${bytes.byteLength > 32 ? ' …' : ''}`;
}
