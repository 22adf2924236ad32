import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Context, MiddlewareHandler } from 'hono';

const [brotli, gzipped] = [promisify(brotliCompress), promisify(gzip)];

/** Shorter answers fit into one packet anyway. */
const LEAST_BYTES = 1024;
/** Four times faster than the best there is, and a tenth longer. */
const BROTLI_QUALITY = 4;
const TAG_CHARACTERS = 22;

/**
 * Gives answers of data a tag, so that what a client has already is answered by 304, and packs what is long.
 * Streams, files and pictures pass as they are: their routes know better.
 */
export const finishAnswer: MiddlewareHandler = async (c, next) => {
  await next();
  const type = c.res.headers.get('content-type') ?? '';
  const isData = /^(application\/json|text\/(plain|csv|html))\b/.test(type) && !c.res.headers.has('x-streamed');
  c.res.headers.delete('x-streamed');
  if (!isData || c.res.body === null || c.res.headers.has('content-encoding')) return;
  const { status, headers } = c.res;
  let body: Uint8Array<ArrayBuffer> = new Uint8Array(await c.res.arrayBuffer());
  if (c.req.method === 'GET' && status === 200) {
    const tag =
      headers.get('etag') ?? `W/"${createHash('sha256').update(body).digest('base64url').slice(0, TAG_CHARACTERS)}"`;
    headers.set('etag', tag);
    if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-cache');
    if (hasTag(c, tag)) {
      headers.delete('content-length');
      headers.delete('content-type');
      return replace(c, new Response(null, { status: 304, headers }));
    }
  }
  headers.append('vary', 'accept-encoding');
  const encoding = body.length < LEAST_BYTES ? undefined : acceptedEncoding(c);
  if (encoding) {
    body = await packed(body, encoding);
    headers.set('content-encoding', encoding);
  }
  headers.set('content-length', String(body.length));
  replace(c, new Response(body, { status, headers }));
};

const hasTag = (c: Context, tag: string): boolean =>
  (c.req.header('if-none-match') ?? '').split(',').some((one) => one.trim() === tag || one.trim() === '*');

/** Hono joins the headers of the old answer to those of a new one, unless there is no old one. */
function replace(c: Context, answer: Response): void {
  c.res = undefined;
  c.res = answer;
}

export type Encoding = 'br' | 'gzip';

/** The best one that the client takes. */
export function acceptedEncoding(c: Context): Encoding | undefined {
  const accepted = (c.req.header('accept-encoding') ?? '').split(',').flatMap((one) => {
    const [name = '', quality = ''] = one.trim().split(/\s*;\s*/);
    return /^q=0(\.0*)?$/.test(quality) ? [] : [name.toLowerCase()];
  });
  return (['br', 'gzip'] as const).find((one) => accepted.includes(one));
}

async function packed(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === 'gzip') return new Uint8Array(await gzipped(bytes));
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return new Uint8Array(await brotli(bytes, { params }));
}
