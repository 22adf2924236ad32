import { createReadStream, type Dirent, readdirSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { ServerApp } from '../create-app.ts';
import { acceptedEncoding } from '../finish-answer.ts';
import type { ServerContext } from '../server-context.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

const INDEX = '/index.html';
const ENDINGS = { br: '.br', gzip: '.gz' } as const;
/** Their names hold a digest of what is in them. */
const FOREVER = 'public, max-age=31536000, immutable';

interface PageFile {
  readonly path: string;
  readonly size: number;
}

/**
 * The page. Only files that stood in its folder when the server started are served, each by its exact address, so no address can lead
 * anywhere else; every other address is one of the page's own and gets index.html.
 */
export function addPageFiles(app: ServerApp, { pages }: ServerContext): void {
  const files = pages === undefined ? new Map<string, PageFile>() : filesBelow(pages);
  app.get('*', (c) => {
    const isFile = files.has(c.req.path);
    // A file that an older page asks for is gone: HTML in its place would be taken for a script.
    if (!isFile && c.req.path.startsWith('/assets/')) return c.text('There is no such file.', 404);
    const address = isFile ? c.req.path : INDEX;
    return files.has(address) ? send(c, address, files) : c.html(NOT_BUILT, 503);
  });
}

function filesBelow(folder: string): ReadonlyMap<string, PageFile> {
  const entries: Dirent[] = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [`/${relative(folder, path).split(sep).join('/')}`, { path, size: statSync(path).size }];
      }),
  );
}

function send(c: Context, address: string, files: ReadonlyMap<string, PageFile>): Response {
  const encoding = acceptedEncoding(c);
  const smaller = encoding && files.get(`${address}${ENDINGS[encoding]}`);
  const file = smaller ?? files.get(address)!;
  const headers: Record<string, string> = {
    'content-type': TYPES[extname(address)] ?? 'application/octet-stream',
    'cache-control': address.startsWith('/assets/') ? FOREVER : 'no-cache',
    'content-length': String(file.size),
    vary: 'accept-encoding',
    'x-streamed': '1',
    ...(smaller && encoding ? { 'content-encoding': encoding } : {}),
  };
  if (c.req.method === 'HEAD') return new Response(null, { headers });
  return new Response(Readable.toWeb(createReadStream(file.path)) as ReadableStream<Uint8Array>, { headers });
}

const NOT_BUILT = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sluice</title></head>
<body><h1>The viewer's page is not built</h1><p>Run <code>npm run build</code> in the folder of Sluice. The API is here: <a href="/api/docs">/api/docs</a>.</p></body></html>
`;
