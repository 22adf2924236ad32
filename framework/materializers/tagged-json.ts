import type { Artifact } from '../model/artifact.ts';

/** The key that marks an object of ours. */
export const TYPE = '$type';

/**
 * What JSON can't say, said in JSON. An object of a user that has a `$type` key is always written as `Object`, so every `$type` that stands
 * alone in the text is one of these. Stored artifacts hold them: never change one, add one.
 */
export type Tagged =
  | { readonly [TYPE]: 'undefined' }
  | { readonly [TYPE]: 'number'; readonly value: 'NaN' | 'Infinity' | '-Infinity' | '-0' }
  | { readonly [TYPE]: 'bigint'; readonly value: string }
  /** Milliseconds since the epoch; null for an invalid date. */
  | { readonly [TYPE]: 'Date'; readonly value: number | null }
  | { readonly [TYPE]: 'RegExp'; readonly source: string; readonly flags: string }
  | { readonly [TYPE]: 'URL'; readonly value: string }
  /** In their own order, which a step can see. */
  | { readonly [TYPE]: 'Map'; readonly entries: readonly (readonly [unknown, unknown])[] }
  | { readonly [TYPE]: 'Set'; readonly values: readonly unknown[] }
  /** A typed array, Buffer, DataView: base64 of its little-endian bytes. */
  | { readonly [TYPE]: 'bytes'; readonly view: string; readonly base64: string }
  | { readonly [TYPE]: 'ArrayBuffer'; readonly base64: string }
  /** An object with a `$type` key of its own: sorted entries. */
  | { readonly [TYPE]: 'Object'; readonly entries: readonly (readonly [string, unknown])[] }
  | { readonly [TYPE]: 'artifact'; readonly artifact: Artifact };
