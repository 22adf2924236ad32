import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { inputError } from '../../errors.ts';
import { WORTH_BLAKE3 } from '../../hashing/blake3.ts';
import type { Digest } from '../../hashing/digest.ts';
import type { FileDigest } from '../../hashing/file-digest.ts';
import { mapLimited } from '../../hashing/map-limited.ts';
import { threadHash } from '../../hashing/thread-hash.ts';
import { crc32Checksum, type S3Checksum } from './s3-checksum.ts';
import type { S3Connection } from './s3-connection.ts';

/** S3 takes no more parts than this. */
const MOST_PARTS = 10_000;
/** Bytes read and hashed at once. */
const BLOCK = 2 << 20;

/** A file as it will be sent: the whole's digest names the object, each part's checksum has the server check what arrives. */
export interface FileParts extends FileDigest {
  readonly partSize: number;
  /** One for each part, from when the digest was counted; undefined for a file that nobody changes: counted as it is sent. */
  readonly checksums: readonly S3Checksum[] | undefined;
}

/** @returns bytes of a part: `wanted`, doubled as often as so big a file needs. */
export function partSizeOf(size: number, wanted: number): number {
  let partSize = wanted;
  while (partSize * MOST_PARTS < size) partSize *= 2;
  return partSize;
}

/**
 * Reads the file once: the whole is hashed on another thread, the parts meanwhile on this one.
 * @param options.partSize bytes.
 * @throws ERR_INPUT when the file becomes shorter meanwhile, and what `open` and `read` throw.
 */
export async function digestParts(
  file: string,
  options: { readonly size: number; readonly partSize: number },
): Promise<FileParts> {
  const { size, partSize } = options;
  const sums = new Array<number>(Math.ceil(size / partSize)).fill(0);
  const source = await open(file, 'r');
  const whole = threadHash(size >= WORTH_BLAKE3 ? 'both' : 'sha256');
  try {
    const block = Buffer.allocUnsafe(BLOCK);
    for (let from = 0; from < size; ) {
      const part = Math.floor(from / partSize);
      const body = block.subarray(0, Math.min(BLOCK, (part + 1) * partSize - from, size - from));
      await readWhole(source, { body, from, file });
      await whole.update(body);
      sums[part] = crc32(body, sums[part]);
      from += body.byteLength;
    }
    const { digest, ...more } = await whole.digests();
    return { digest: digest as Digest, size, ...more, partSize, checksums: sums.map(crc32Checksum) };
  } catch (error) {
    whole.drop();
    throw error;
  } finally {
    await source.close();
  }
}

/**
 * Sends a file in parts, `concurrency` at a time; memory is at most so many parts. A part whose connection breaks is sent again, the others
 * are not. The object is visible when all of it is there. What a process leaves that dies in between is an unfinished upload, which nobody
 * sees and a sweep removes (`doctor --fix`, a lifecycle rule, MinIO by itself after a day).
 *
 * @param headers of the object; `if-none-match: *` leaves one alone that is there.
 * @returns false when it was there already, or may have been: an earlier try to finish was heard and its answer lost.
 * @throws ERR_STORE_REFUSED or ERR_INPUT when the file is changed meanwhile, and what `S3Connection.ask` throws.
 */
export async function uploadParts(
  connection: S3Connection,
  options: {
    readonly object: string;
    readonly file: string;
    readonly content: FileParts;
    readonly headers: Readonly<Record<string, string>>;
    readonly concurrency: number;
  },
): Promise<boolean> {
  const { object, file, content, concurrency } = options;
  const { 'if-none-match': condition, ...headers } = options.headers;
  const about = { action: `write ${object}`, object };
  const withChecksums = { ...headers, 'x-amz-checksum-algorithm': 'CRC32' };
  const begun = await connection.ask({ ...about, method: 'POST', query: 'uploads=', headers: withChecksums }, [200]);
  const uploadId = encodeURIComponent(/<UploadId>([^<]+)</.exec(begun.text)?.[1] ?? '');
  const source = await open(file, 'r');
  try {
    const starts = Array.from({ length: Math.ceil(content.size / content.partSize) }, (_, i) => i * content.partSize);
    const parts = await mapLimited(starts, concurrency, async (from, index) => {
      const body = Buffer.allocUnsafe(Math.min(content.partSize, content.size - from));
      await readWhole(source, { body, from, file });
      const query = `partNumber=${index + 1}&uploadId=${uploadId}`;
      const checksum = content.checksums?.[index] ?? crc32Checksum(crc32(body));
      const { headers } = await connection.ask({ ...about, method: 'PUT', query, body, checksum }, [200]);
      return { tag: headers.etag ?? '', checksum };
    });
    const done = await connection.ask(
      {
        ...about,
        method: 'POST',
        query: `uploadId=${uploadId}`,
        body: completion(parts),
        headers: condition === undefined ? {} : { 'if-none-match': condition },
      },
      // 404: an earlier try of this very request was heard, its answer lost.
      [200, 404, 412],
    );
    if (done.status === 412) await abandon();
    return done.status === 200;
  } catch (error) {
    await abandon();
    throw error;
  } finally {
    await source.close();
  }

  /** Frees its room at once, where the access key may; else the sweep does. */
  async function abandon(): Promise<void> {
    const removal = { ...about, action: `abandon ${object}`, method: 'DELETE', query: `uploadId=${uploadId}` } as const;
    await connection.open(removal, [204, 403, 404]).then(
      (response) => response.resume(),
      () => undefined,
    );
  }
}

async function readWhole(
  source: Awaited<ReturnType<typeof open>>,
  { body, from, file }: { readonly body: Buffer; readonly from: number; readonly file: string },
): Promise<void> {
  for (let at = 0; at < body.byteLength; ) {
    const { bytesRead } = await source.read(body, at, body.byteLength - at, from + at);
    if (bytesRead === 0) {
      throw inputError(
        `${file} became shorter while it was being stored.`,
        'Write the file to its end before the step returns it.',
      );
    }
    at += bytesRead;
  }
}

function completion(sent: readonly { readonly tag: string; readonly checksum: S3Checksum }[]): Buffer {
  const parts = sent.map(({ tag, checksum }, i) => {
    const etag = `<ETag>${tag.replaceAll('"', '')}</ETag>`;
    return `<Part><PartNumber>${i + 1}</PartNumber>${etag}<ChecksumCRC32>${checksum.value}</ChecksumCRC32></Part>`;
  });
  return Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
}
