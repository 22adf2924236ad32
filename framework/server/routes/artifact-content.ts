import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { ArtifactRecord } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { endingOf, isVectorPicture, PICTURE_HEAD_BYTES, pictureType, VECTOR_TYPE } from '../preview/picture-type.ts';
import { readHead, type StoredObject } from '../preview/stored-object.ts';
import { SANDBOX_POLICY } from '../security/security-headers.ts';
import type { ServerContext } from '../server-context.ts';
import { findArtifact, folderFiles } from '../views/artifact-view.ts';
import { notFound } from '../views/find-run.ts';
import { type ByteRange, byteRange, readRange } from './byte-range.ts';

/** A digest never means other bytes. */
const FOREVER = 'private, max-age=31536000, immutable';
const PAGES = new Set(['html', 'htm']);

export interface ContentRequest {
  readonly digest: string;
  /** Of a file inside a folder. */
  readonly path: string | undefined;
  /** HTML as a page for a frame. */
  readonly show: boolean;
  /** What the request says of what it has and wants. */
  readonly headers: ContentHeaders;
}

export interface ContentHeaders {
  /** Only these of the bytes. */
  readonly range: string | undefined;
  /** The tag that the range is of: of anything else the whole is wanted. */
  readonly ifRange: string | undefined;
  /** Tags of what the client has. */
  readonly ifNoneMatch: string | undefined;
  /** `HEAD`: no bytes at all. */
  readonly isHead: boolean;
}

export const contentHeaders = ({ req }: Context): ContentHeaders => ({
  range: req.header('range'),
  ifRange: req.header('if-range'),
  ifNoneMatch: req.header('if-none-match'),
  isHead: req.method === 'HEAD',
});

/**
 * The bytes of an artifact. Whatever they are, they get an origin of their own in which nothing runs: pictures are shown, HTML is shown
 * on request, everything else is a download.
 */
export async function artifactContent(
  context: ServerContext,
  { digest, path, show, headers: asked }: ContentRequest,
): Promise<Response> {
  const { artifactStore: store } = context.stack;
  const [artifact] = await findArtifact(context, digest);
  const file = path === undefined ? wholeFile(artifact) : await fileInside(context, artifact, path);
  // Its own bytes: what a value points to is counted in the size that the record has.
  const size = await store.size(file.digest);
  if (size === undefined) {
    throw sluiceError('ERR_ARTIFACT_MISSING', { digest: file.digest, store: context.stack.name });
  }
  const { bytes } = await readHead(store, { ...file, size }, PICTURE_HEAD_BYTES);
  const picture = pictureType(bytes) ?? (isVectorPicture(file.name, bytes) ? VECTOR_TYPE : undefined);
  const isPage = show && PAGES.has(endingOf(file.name));
  const type = picture ?? (isPage ? 'text/html; charset=utf-8' : 'application/octet-stream');
  const etag = `"${file.digest}"`;
  const range = asked.ifRange === undefined || asked.ifRange === etag ? byteRange(asked.range, size) : undefined;
  const headers = {
    'content-type': type,
    'content-disposition': picture || isPage ? 'inline' : attachment(file.name || file.digest),
    'content-security-policy': SANDBOX_POLICY,
    'cache-control': FOREVER,
    'accept-ranges': 'bytes',
    etag,
    'x-streamed': '1',
  };
  if (hasTag(asked.ifNoneMatch, etag)) return new Response(null, { status: 304, headers });
  if (range === null) {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } });
  }
  const { status, ...told } = extent(range, size);
  // A stream that nobody reads would keep its file open.
  const body = asked.isHead
    ? null
    : Readable.toWeb(await (range ? readRange(store, file.digest, range) : store.read(file.digest)));
  return new Response(body as ReadableStream<Uint8Array> | null, { status, headers: { ...headers, ...told } });
}

function extent(range: ByteRange | undefined, size: number) {
  if (!range) return { status: 200, 'content-length': String(size) };
  const { start, end } = range;
  return { status: 206, 'content-length': String(end - start + 1), 'content-range': `bytes ${start}-${end}/${size}` };
}

const hasTag = (tags: string | undefined, etag: string): boolean =>
  (tags ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag);

function wholeFile({ digest, size, name, format }: ArtifactRecord): StoredObject {
  if (format === 'directory') {
    throw sluiceError('ERR_USAGE', {
      message: `${name ?? digest} is a folder.`,
      hint: 'Name one of its files by ?path=; sluice artifacts get fetches all of them.',
    });
  }
  return { digest, size, name: name ?? `${digest.slice(0, 12)}${ENDINGS[format] ?? ''}` };
}

const ENDINGS: Readonly<Record<string, string>> = { json: '.json', text: '.txt' };

/** One file of a folder, by the very path that its list has: no other path leads anywhere. @throws ERR_NOT_FOUND. */
export async function fileInside(
  context: ServerContext,
  artifact: ArtifactRecord,
  path: string,
): Promise<StoredObject> {
  const files = await folderFiles(context, artifact);
  const file = files?.find((one) => one.path === path);
  if (file) return { digest: file.digest, size: file.size, name: path.split('/').at(-1) ?? path };
  const meant = nearest(
    path,
    (files ?? []).slice(0, 2000).map((one) => one.path),
  );
  throw notFound(
    `file in ${artifact.name ?? artifact.digest}:`,
    path,
    meant ? `Did you mean ${meant}?` : 'It has no such file.',
  );
}

/** A file name in a header: what is not plain ASCII stands in the second form, which every browser reads first. */
function attachment(name: string): string {
  const plain = name.replace(/[^\w.-]+/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
