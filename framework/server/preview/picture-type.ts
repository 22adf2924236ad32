/** Pictures that browsers show and that can do nothing else: media type by how their bytes begin. */
const BEGINNINGS: readonly (readonly [type: string, test: (bytes: Uint8Array) => boolean])[] = [
  ['image/png', (bytes) => begins(bytes, [0x89, 0x50, 0x4e, 0x47])],
  ['image/jpeg', (bytes) => begins(bytes, [0xff, 0xd8, 0xff])],
  ['image/gif', (bytes) => begins(bytes, [0x47, 0x49, 0x46, 0x38])],
  [
    'image/webp',
    (bytes) => begins(bytes, [0x52, 0x49, 0x46, 0x46]) && begins(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50]),
  ],
  ['image/avif', (bytes) => begins(bytes.subarray(4), [0x66, 0x74, 0x79, 0x70, 0x61, 0x76, 0x69, 0x66])],
];

const begins = (bytes: Uint8Array, beginning: readonly number[]): boolean =>
  beginning.every((byte, i) => bytes[i] === byte);

/** Bytes that have to be known to tell. */
export const PICTURE_HEAD_BYTES = 16;

/** Undefined for anything but a picture of pixels. */
export const pictureType = (head: Uint8Array): string | undefined => BEGINNINGS.find(([, test]) => test(head))?.[0];

/** Shown as a picture alone, where its scripts don't run; opened by itself it is kept in a sandbox, as everything of an artifact. */
export const isVectorPicture = (name: string, head: Uint8Array): boolean =>
  endingOf(name) === 'svg' && /^\s*<(svg|\?xml)/.test(Buffer.from(head).toString());

export const VECTOR_TYPE = 'image/svg+xml';

const ENDINGS = new Set(['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif']);

/** Whether a file's name is that of such a picture. */
export const isPictureName = (name: string): boolean => ENDINGS.has(endingOf(name));

/** `report.HTML` → `html`; empty when there is none. */
export const endingOf = (name: string): string => /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
