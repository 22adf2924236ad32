import type { Artifact } from '../model/artifact.ts';
import { decodeTagged } from './decode-tagged.ts';
import { encodeTagged } from './encode-tagged.ts';
import type { Materializer } from './materializer.ts';

const SHOWN = 500;

/**
 * Everything else that has a canonical form, as JSON: plain data is plain JSON with sorted keys; what JSON can't say is an object with a
 * `$type` (`tagged-json.ts` lists them), and a user's own `$type` key is escaped, so neither can be taken for the other. Files, folders and
 * big typed arrays inside are artifacts of their own.
 */
export const jsonMaterializer: Materializer = {
  format: 'json',
  version: 1,
  accepts: () => true,
  async encode(value, { where, store }) {
    const { text, refs } = await encodeTagged(value, where, store);
    return { content: Buffer.from(text, 'utf8'), refs };
  },
  decode: async (stored) => decodeTagged(await text(stored), (artifact: Artifact) => stored.load(artifact)),
  async preview(stored) {
    const shown = await text(stored);
    return shown.length > SHOWN ? `${shown.slice(0, SHOWN)}…` : shown;
  },
};

async function text(stored: Parameters<Materializer['decode']>[0]): Promise<string> {
  const bytes = await stored.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
