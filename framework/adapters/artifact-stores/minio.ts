import { readFile, stat, writeFile } from 'node:fs/promises';
import type { ArtifactStore, StoredFile } from '../../components/artifact-store.ts';
import { SluiceError, sluiceError } from '../../errors.ts';
import type { Blake3 } from '../../hashing/blake3.ts';
import { checkedStream } from '../../hashing/checked-stream.ts';
import { type Digest, isDigest, sha256 } from '../../hashing/digest.ts';
import { digestOfFile, type FileDigest } from '../../hashing/file-digest.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import { s3Checks } from './s3-checks.ts';
import { sha256Checksum } from './s3-checksum.ts';
import { type S3ConnectionOptions, s3Connection } from './s3-connection.ts';
import { download, type FirstRange, openFirst } from './s3-download.ts';
import { downloadFile } from './s3-download-file.ts';
import { listObjects } from './s3-list.ts';
import { sizesOf } from './s3-sizes.ts';
import { abandonUpload, unfinishedUploads } from './s3-unfinished.ts';
import { digestParts, partSizeOf, uploadParts } from './s3-upload.ts';

/** Artifacts in a bucket of MinIO, or of any other server that speaks S3. */
export interface MinioArtifactStoreOptions
  extends Pick<S3ConnectionOptions, 'endpoint' | 'bucket' | 'accessKey' | 'secretKey'>,
    Partial<Omit<S3ConnectionOptions, 'endpoint' | 'bucket' | 'accessKey' | 'secretKey'>> {
  /** Bytes of one part of an upload, at least 5 MiB; files up to this size are sent whole. Default 16 MiB. */
  readonly partSize?: number;
  /** Parts or ranges of one object under way at a time. Default 4. */
  readonly concurrency?: number;
}

/** Bytes are sent along with the question whether they are needed; from this size on the question goes first. */
const ASK_FIRST = 256 << 10;
/** Bytes from which on threads receive and hash an object on its way into a file. */
const BIG = 32 << 20;
/** A user waits for `doctor`. */
const IMPATIENT = { retryForMs: 2_000, silentForMs: 10_000 };
/** Header of every object that this store wrote. */
const MARK = 'x-amz-meta-sluice-sha256';

/**
 * Object names are those of the local store, `PREFIX/objects/ab/cdef…`, so a folder of artifacts may be mirrored into a bucket and back.
 *
 * Written with `If-None-Match: *`, so that what is there is never replaced by other bytes. One exception: an object that was not written by
 * this store (no mark of its digest, or another size), or that was found damaged in this process, is replaced by the right bytes.
 * The server checks every body against its SHA-256, or each part of a big file against its CRC-32, and every read is checked here; wrong bytes are asked for once more.
 *
 * Rights it needs, on the prefix: s3:GetObject, s3:PutObject, s3:DeleteObject; on the bucket, limited to the prefix: s3:ListBucket.
 *
 * @throws ERR_STORE_OPEN for an endpoint that is none.
 */
export function minioArtifactStore(options: MinioArtifactStoreOptions): ArtifactStore {
  const { partSize = 16 << 20, concurrency = 4 } = options;
  const prefix = (options.prefix ?? '').replace(/^\/+|\/+$/g, '');
  const resolved = {
    region: 'us-east-1',
    pathStyle: true,
    retryForMs: 60_000,
    silentForMs: 30_000,
    ...options,
    prefix,
  };
  const connection = s3Connection(resolved);
  const store = connection.location;
  const root = prefix === '' ? 'objects/' : `${prefix}/objects/`;
  const nameOf = (digest: Digest): string => `${root}${digest.slice(0, 2)}/${digest.slice(2)}`;
  const damaged = new Set<Digest>();

  /** Size and mark of an object, without its bytes. */
  async function head(digest: Digest): Promise<{ readonly size: number; readonly isMarked: boolean } | undefined> {
    const object = nameOf(digest);
    const { status, headers } = await connection.ask(
      { method: 'HEAD', action: `look for ${object}`, object },
      [200, 404],
    );
    if (status === 404) return undefined;
    return { size: Number(headers['content-length'] ?? 0), isMarked: headers[MARK] === digest };
  }

  const size = async (digest: Digest): Promise<number | undefined> => (await head(digest))?.size;

  /** Whether the object is there as this store wrote it. */
  async function holds({ digest, size }: FileDigest): Promise<boolean> {
    if (damaged.has(digest)) return false;
    const found = await head(digest);
    return found?.isMarked === true && found.size === size;
  }

  /** @param send writes the object with these headers; false: it is there, and the condition kept it. */
  async function place(
    content: FileDigest,
    send: (headers: Record<string, string>) => Promise<boolean>,
  ): Promise<void> {
    const mark = { [MARK]: content.digest };
    const isNew = !damaged.has(content.digest) && (await send({ ...mark, 'if-none-match': '*' }));
    if (isNew || (await holds(content))) return;
    await send(mark);
    damaged.delete(content.digest);
  }

  async function writeBytes(bytes: Uint8Array): Promise<FileDigest> {
    const content = { digest: sha256(bytes), size: bytes.byteLength };
    if (content.size > ASK_FIRST && (await holds(content))) return content;
    const object = nameOf(content.digest);
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const request = {
      method: 'PUT',
      action: `write ${object}`,
      object,
      body,
      checksum: sha256Checksum(content.digest),
    } as const;
    await place(content, async (headers) => (await connection.ask({ ...request, headers }, [200, 412])).status === 200);
    return content;
  }

  async function sendFile({ file, digest, seen }: StoredFile): Promise<FileDigest> {
    const { size } = await stat(file);
    if (seen !== undefined && (await holds({ digest: seen, size }))) return { digest: seen, size };
    if (size <= partSize) return writeBytes(await readFile(file));
    const about = { size, partSize: partSizeOf(size, partSize) };
    const content = digest ? { ...about, digest, checksums: undefined } : await digestParts(file, about);
    const stored = { digest: content.digest, size, ...('blake3' in content && { blake3: content.blake3 }) };
    if (await holds(content)) return stored;
    const object = nameOf(content.digest);
    await place(content, (headers) => uploadParts(connection, { object, file, content, headers, concurrency }));
    return stored;
  }

  async function first(digest: Digest): Promise<FirstRange | { readonly size: 0 }> {
    const object = nameOf(digest);
    const found = await openFirst(connection, { object, action: `read ${object}` });
    if (found) return found;
    throw sluiceError('ERR_ARTIFACT_MISSING', { digest, store });
  }

  async function readInto(digest: Digest, file: string, blake3?: Blake3): Promise<number> {
    const found = await first(digest);
    if (found.size < BIG || !('part' in found)) {
      const { chunks, size } = download(connection, found, concurrency);
      await writeFile(file, checkedStream(chunks, digest, store), { flag: 'wx' });
      return size;
    }
    const kinds = blake3 === undefined ? 'sha256' : 'either';
    const arrived = await downloadFile(connection, { first: found, file, concurrency, kinds });
    if (arrived.blake3 !== undefined && arrived.blake3 === blake3) return found.size;
    // The name is a SHA-256: that has the last word, also about a BLAKE3 that is wrong itself.
    const named = arrived.digest ?? (await digestOfFile(file)).digest;
    if (named === digest) return found.size;
    damaged.add(digest);
    throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store, found: named });
  }

  async function readOnce(digest: Digest): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of download(connection, await first(digest), concurrency).chunks) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  return {
    flavor: 'minio',
    location: store,
    capabilities: { localPaths: false },
    size,
    sizes: (digests) => sizesOf(digests, { connection, root, size }),
    has: async (digest) => (await size(digest)) !== undefined,

    async read(digest) {
      const { chunks, size } = download(connection, await first(digest), concurrency);
      const stream = checkedStream(chunks, digest, store, size);
      return stream.once('error', (error) => {
        if (error instanceof SluiceError && error.code === 'ERR_ARTIFACT_DAMAGED') damaged.add(digest);
      });
    },

    readInto,

    async readBytes(digest) {
      for (let isLast = false; ; isLast = true) {
        const bytes = await readOnce(digest);
        const found = sha256(bytes);
        if (found === digest) return bytes;
        if (!isLast) continue;
        damaged.add(digest);
        throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store, found });
      }
    },

    async write(source) {
      try {
        return source instanceof Uint8Array ? await writeBytes(source) : await sendFile(source);
      } catch (error) {
        if (error instanceof SluiceError) throw error;
        if (!(source instanceof Uint8Array) && isMissing(error)) {
          throw sluiceError('ERR_FILE_NOT_FOUND', { path: source.file, what: 'File' }, error);
        }
        throw sluiceError('ERR_STORE_WRITE', { store: 'minio', path: store, reason: systemReason(error) }, error);
      }
    },

    localPath: async () => undefined,

    async *list() {
      for await (const { name, size, modifiedAt } of listObjects(connection, root)) {
        const digest = name.slice(root.length).replace('/', '');
        if (isDigest(digest)) yield { digest, size, modifiedAt };
      }
    },

    async remove(digest) {
      const object = nameOf(digest);
      await connection.ask({ method: 'DELETE', action: `remove ${object}`, object }, [200, 204, 404]);
    },

    async leftovers(before) {
      const uploads = await unfinishedUploads(connection, { prefix: root, graceMs: Date.now() - before });
      return (uploads ?? []).map((upload) => ({
        kind: 'unfinished upload',
        name: upload.object,
        size: undefined,
        remove: () => abandonUpload(connection, upload),
      }));
    },

    checks: () => s3Checks({ ...resolved, connection: s3Connection({ ...resolved, ...IMPATIENT }), prefix: root }),
    close: async () => connection.close(),
  };
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
