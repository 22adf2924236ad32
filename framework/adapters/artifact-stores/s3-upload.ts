import { createHash, webcrypto } from 'node:crypto';
import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { inputError } from '../../errors.ts';
import type { Digest } from '../../hashing/digest.ts';
import type { FileDigest } from '../../hashing/file-digest.ts';
import { mapLimited } from '../../hashing/map-limited.ts';
import { base64, type S3Connection } from './s3-connection.ts';

/** S3 takes no more parts than this. */
const MOST_PARTS = 10_000;
/** Bytes hashed at once: the event loop stands still for a few milliseconds. */
const SLICE = 1 << 20;

/** A file as it will be sent: the whole's digest names the object, each part's has the server check what arrives. */
export interface FileParts extends FileDigest {
  readonly partSize: number;
  readonly parts: readonly Digest[];
}

/**
 * Reads the file once, two parts in memory at a time: the whole is hashed on this thread, each part meanwhile on another one.
 * @param options.partSize bytes; doubled as often as a bigger file needs.
 * @throws ERR_INPUT when the file becomes shorter meanwhile, and what `open` and `read` throw.
 */
export async function digestParts(
  file: string,
  options: { readonly size: number; readonly partSize: number },
): Promise<FileParts> {
  const { size } = options;
  let { partSize } = options;
  while (partSize * MOST_PARTS < size) partSize *= 2;
  const whole = createHash('sha256');
  const parts: Promise<Digest>[] = [];
  const source = await open(file, 'r');
  try {
    for (let from = 0; from < size; from += partSize) {
      const body = Buffer.allocUnsafe(Math.min(partSize, size - from));
      await readWhole(source, { body, from, file });
      await parts.at(-1);
      parts.push(digestElsewhere(body));
      for (let at = 0; at < body.byteLength; at += SLICE) {
        whole.update(body.subarray(at, at + SLICE));
        await setImmediate();
      }
    }
    return { digest: whole.digest('hex') as Digest, size, partSize, parts: await Promise.all(parts) };
  } finally {
    await source.close();
  }
}

/** Off this thread, which `createHash` would block. */
async function digestElsewhere(bytes: Buffer<ArrayBuffer>): Promise<Digest> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex') as Digest;
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
  const withChecksums = connection.sendsChecksums ? { ...headers, 'x-amz-checksum-algorithm': 'SHA256' } : headers;
  const begun = await connection.ask({ ...about, method: 'POST', query: 'uploads=', headers: withChecksums }, [200]);
  const uploadId = encodeURIComponent(/<UploadId>([^<]+)</.exec(begun.text)?.[1] ?? '');
  const source = await open(file, 'r');
  try {
    const tags = await mapLimited(content.parts, concurrency, async (digest, index) => {
      const from = index * content.partSize;
      const body = Buffer.allocUnsafe(Math.min(content.partSize, content.size - from));
      await readWhole(source, { body, from, file });
      const query = `partNumber=${index + 1}&uploadId=${uploadId}`;
      const sent = await connection.ask({ ...about, method: 'PUT', query, body, bodyDigest: digest }, [200]);
      return sent.headers.etag ?? '';
    });
    const done = await connection.ask(
      {
        ...about,
        method: 'POST',
        query: `uploadId=${uploadId}`,
        body: completion(tags, connection.sendsChecksums ? content.parts : []),
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

function completion(tags: readonly string[], digests: readonly Digest[]): Buffer {
  const parts = tags.map((tag, i) => {
    const digest = digests[i];
    const checksum = digest ? `<ChecksumSHA256>${base64(digest)}</ChecksumSHA256>` : '';
    const etag = `<ETag>${tag.replaceAll('"', '')}</ETag>`;
    return `<Part><PartNumber>${i + 1}</PartNumber>${etag}${checksum}</Part>`;
  });
  return Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
}
