/**
 * Builds `dist/viewer/`: the pages of `sluice viewer` as static files, each beside its compressed forms, and the licences of what is in them.
 *
 *   node scripts/build-viewer.mjs                               once; `npm run build` does this too
 *   node scripts/build-viewer.mjs --serve http://127.0.0.1:4300 the pages from source, renewed at every change, over the API of a running viewer
 */
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build, createServer } from 'vite';
import { licences } from './licences.mjs';

const root = resolve(import.meta.dirname, '..');
const viewer = join(root, 'framework', 'viewer');
const out = join(root, 'dist', 'viewer');

/** Smaller than this a file travels in one packet anyway. */
const LEAST_BYTES = 1024;
const COMPRESSIBLE = new Set(['.js', '.css', '.html', '.svg', '.json', '.txt']);

const config = () => ({
  root: viewer,
  configFile: false,
  envDir: false,
  logLevel: 'warn',
  plugins: [react(), licences(viewer)],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2023',
    // Nothing inline: the policy of the pages allows no `data:` scripts, and their fonts are the system's.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The graph's layout is one big file of a worker that only a run's page loads.
    chunkSizeWarningLimit: 1200,
  },
});

/** Beside each text file its forms for browsers that take them, so that the server compresses nothing twice. */
async function compress() {
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && COMPRESSIBLE.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  const forms = [
    ['.br', (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })],
    ['.gz', (bytes) => promisify(gzip)(bytes, { level: 9 })],
  ];
  const jobs = files.flatMap((file) => {
    const bytes = readFileSync(file);
    if (bytes.length < LEAST_BYTES) return [];
    return forms.map(async ([ending, make]) => writeFile(`${file}${ending}`, await make(bytes)));
  });
  await Promise.all(jobs);
}

/** @throws what Vite says of a fault in the source. */
export async function buildViewer() {
  await build(config());
  await compress();
}

/** @param {string} api address of a running `sluice viewer` */
async function serve(api) {
  // Writes are taken from the viewer's own pages alone: to it, these are.
  const proxy = { '/api': { target: api, changeOrigin: true, headers: { origin: api } } };
  const server = await createServer({ ...config(), logLevel: 'info', server: { proxy } });
  await server.listen();
  server.printUrls();
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === resolve(process.argv[1])) {
  const at = process.argv.indexOf('--serve');
  const started = performance.now();
  if (at > 0) await serve(process.argv[at + 1]);
  else {
    await buildViewer();
    console.log(`built dist/viewer in ${Math.round(performance.now() - started)} ms`);
  }
}
