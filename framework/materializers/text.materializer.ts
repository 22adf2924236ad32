import type { Materializer } from './materializer.ts';

const SHOWN = 500;

/** A string as its UTF-8 bytes, nothing added: a stored report is that report. Lone surrogates, which UTF-8 can't hold, are left to JSON. */
export const textMaterializer: Materializer<string> = {
  format: 'text',
  version: 1,
  accepts: (value) => typeof value === 'string' && value.isWellFormed(),
  encode: (value) => ({ content: Buffer.from(value, 'utf8') }),
  decode: async (stored) => decodeText(await stored.bytes()),
  async preview(stored) {
    const text = decodeText(await stored.bytes());
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  },
};

// Not TextDecoder's default, which would swallow a leading byte order mark.
const decodeText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
