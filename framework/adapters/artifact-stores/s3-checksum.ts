import { crc32 } from 'node:zlib';
import { type Digest, sha256 } from '../../hashing/digest.ts';

/** What the server is told of a body, and compares with what arrives: `x-amz-checksum-ALGORITHM`. */
export interface S3Checksum {
  readonly algorithm: 'sha256' | 'crc32';
  /** In base64, as S3 writes all of them. */
  readonly value: string;
}

/** Of bytes whose digest is known anyway. */
export const sha256Checksum = (digest: Digest): S3Checksum => ({
  algorithm: 'sha256',
  value: Buffer.from(digest, 'hex').toString('base64'),
});

/** @param crc CRC-32 of ISO-HDLC, as `zlib.crc32` counts it: an eighth of the time of SHA-256, on either side. */
export function crc32Checksum(crc: number): S3Checksum {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return { algorithm: 'crc32', value: bytes.toString('base64') };
}

/** Whether these are the bytes that the checksum was counted of. */
export const fits = (bytes: Uint8Array, { algorithm, value }: S3Checksum): boolean =>
  (algorithm === 'sha256' ? sha256Checksum(sha256(bytes)) : crc32Checksum(crc32(bytes))).value === value;
