/** Constructors of everything that views raw bytes, by name: what `tensor` and `json` write a view as. */
const VIEWS: Readonly<Record<string, new (bytes: ArrayBuffer) => ArrayBufferView>> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
};

/** The name that `viewOf` takes; undefined for a view of another kind. Buffers are told apart: a step that returns one expects its methods. */
export function viewName(view: ArrayBufferView): string | undefined {
  if (Buffer.isBuffer(view)) return 'Buffer';
  const { name } = view.constructor;
  return Object.hasOwn(VIEWS, name) ? name : undefined;
}

/** The viewed bytes, not copied. Little-endian on every machine that Node runs on but s390x. */
export const bytesOfView = (view: ArrayBufferView): Buffer =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength);

/** A view over a copy of `bytes`, aligned. @throws RangeError for an unknown name, or when the length is no multiple of the element's. */
export function viewOf(name: string, bytes: Uint8Array): ArrayBufferView {
  if (name === 'Buffer') return Buffer.from(bytes);
  const View = VIEWS[name];
  if (!View) throw new RangeError(`There is no typed array called ${name}.`);
  return new View(Uint8Array.from(bytes).buffer);
}
