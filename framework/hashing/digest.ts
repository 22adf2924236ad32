import { hash } from 'node:crypto';

declare const DIGEST: unique symbol;

/** A SHA-256 as 64 lower-case hexadecimal digits. */
export type Digest = string & { readonly [DIGEST]: true };

/** Digest of bytes, or of a text as UTF-8. In one call: a third of the time of an object that is made, fed and asked, which counts for the dozen small digests of a step's key. */
export const sha256 = (bytes: Uint8Array | string): Digest => hash('sha256', bytes, 'hex') as Digest;

export const isDigest = (text: string): text is Digest => /^[0-9a-f]{64}$/.test(text);

/** The first twelve digits: enough for people, never for comparing. */
export const shortDigest = (digest: string): string => digest.slice(0, 12);
