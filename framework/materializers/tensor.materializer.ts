import type { Materializer } from './materializer.ts';
import { bytesOfView, viewName, viewOf } from './typed-array.ts';

const SHOWN = 8;

/** Typed arrays and DataViews: one line of JSON `{"type":"Float32Array","length":N}`, a line feed, then the raw little-endian elements. */
export const tensorMaterializer: Materializer<ArrayBufferView> = {
  format: 'tensor',
  version: 1,
  accepts: (value) => ArrayBuffer.isView(value) && viewName(value) !== undefined && !(value instanceof Uint8Array),
  encode(value) {
    const bytes = bytesOfView(value);
    const length = 'length' in value ? Number(value.length) : value.byteLength;
    return { content: Buffer.concat([Buffer.from(`${JSON.stringify({ type: viewName(value), length })}\n`), bytes]) };
  },
  decode: async (stored) => decodeTensor(await stored.bytes()),
  async preview(stored) {
    const view = decodeTensor(await stored.bytes());
    const length = 'length' in view ? Number(view.length) : view.byteLength;
    if (view instanceof DataView) return `DataView(${length} bytes)`;
    const first = [...(view as unknown as Iterable<number | bigint>)].slice(0, SHOWN).join(', ');
    return `${viewName(view)}(${length}) [${first}${length > SHOWN ? ', …' : ''}]`;
  },
};

function decodeTensor(bytes: Uint8Array): ArrayBufferView {
  const end = bytes.indexOf(0x0a);
  const header: { readonly type: string } = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString());
  return viewOf(header.type, bytes.subarray(end + 1));
}
