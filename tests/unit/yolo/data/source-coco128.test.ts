import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { sha256 } from 'sluice';
import { expect, onTestFinished, test } from 'vitest';
import { openCoco128, type PublishedArchive } from '../../../../steps/yolo/data/source-coco128.ts';
import { unzipInto } from '../../../../steps/yolo/data/unzip-into.ts';
import { jpeg, scratch } from './data-set-folder.ts';

/** A server on this machine alone. @returns its address, and how often it was asked. */
async function serve(answer: RequestListener): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.zip`, requests: () => requests };
}

async function tinyArchive(): Promise<{ zip: Buffer; pins: Omit<PublishedArchive, 'url'> }> {
  const pictures = { '1.jpg': await jpeg(1), '2.jpg': await jpeg(2) };
  const labels = { '1.txt': strToU8('0 .5 .5 .2 .2\n'), '3.txt': strToU8('2 .5 .5 .2 .2\n') };
  const zip = zipSync({
    tiny: {
      LICENSE: strToU8('free'),
      images: { train2017: pictures },
      labels: { train2017: labels },
    },
  });
  const pin = (files: Record<string, Uint8Array>) => ({
    files: Object.keys(files).length,
    digest: sha256(
      Object.entries(files)
        .map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`)
        .join(''),
    ),
  });
  const folders = { 'images/train2017': pin(pictures), 'labels/train2017': pin(labels) };
  return { zip: Buffer.from(zip), pins: { top: 'tiny', folders } };
}

function options(cacheDir = join(scratch(), 'cache')) {
  const told: string[] = [];
  return {
    cacheDir,
    told,
    signal: new AbortController().signal,
    onProgress: (message: string) => told.push(message),
  };
}

test('downloads once, tells how far it is, and reads it as any folder', async () => {
  const { zip, pins } = await tinyArchive();
  const { url, requests } = await serve((_, response) => {
    response.setHeader('content-length', zip.length);
    response.end(zip);
  });
  const given = options();
  const opened = await openCoco128(given, { ...pins, url });
  expect(opened.description).toBe('tiny');
  expect(opened.names).toHaveLength(80);
  expect(opened.pictures.map(({ name, rows }) => [name, rows.length])).toEqual([
    ['1', 1],
    ['2', 0],
  ]);
  expect(opened.findings.map(({ code }) => code)).toEqual(['orphan-label', 'missing-label']);
  expect(given.told.at(-1)).toMatch(/^downloading tiny 0\.0 of 0\.0 MB$/);

  await openCoco128(given, { ...pins, url });
  expect(requests()).toBe(1);
  expect(readdirSync(given.cacheDir)).toEqual(['tiny']);
});

test('a damaged cache is downloaded again', async () => {
  const { zip, pins } = await tinyArchive();
  const { url, requests } = await serve((_, response) => response.end(zip));
  const given = options();
  await openCoco128(given, { ...pins, url });
  writeFileSync(join(given.cacheDir, 'tiny/labels/train2017/1.txt'), '0 .5 .5 .9 .9\n');
  const again = await openCoco128(given, { ...pins, url });
  expect(again.pictures[0]!.rows).toEqual([{ cls: 0, box: '.5 .5 .2 .2' }]);
  rmSync(join(given.cacheDir, 'tiny/images/train2017/2.jpg'));
  await openCoco128(given, { ...pins, url });
  expect(requests()).toBe(3);
});

test('two at once leave one whole copy', async () => {
  const { zip, pins } = await tinyArchive();
  const { url } = await serve((_, response) => response.end(zip));
  const { cacheDir } = options();
  const both = await Promise.all([1, 2].map(() => openCoco128(options(cacheDir), { ...pins, url })));
  expect(both.map(({ pictures }) => pictures.length)).toEqual([2, 2]);
  expect(readdirSync(cacheDir)).toEqual(['tiny']);
});

test('without network the error names the URL and the way out, and leaves nothing', async () => {
  const { pins } = await tinyArchive();
  const given = options();
  // Nothing listens on port 9 of this machine (discard); fetch says why it failed.
  const url = 'http://127.0.0.1:9/tiny.zip';
  await expect(openCoco128(given, { ...pins, url })).rejects.toMatchObject({
    code: 'ERR_INPUT',
    message: expect.stringContaining(url),
    hint: expect.stringContaining('--data PATH'),
  });
  expect(existsSync(given.cacheDir)).toBe(false);
});

test.each<[string, RequestListener, string]>([
  ['an HTTP error', (_, response) => response.writeHead(404).end('gone'), 'HTTP 404'],
  [
    'a connection that breaks',
    (_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('half');
      setTimeout(() => response.destroy(), 20);
    },
    'could not be downloaded',
  ],
  ['no archive', (_, response) => response.end('<html>sign in</html>'), 'was not unpacked'],
])('%s is an error in words, and leaves nothing', async (_, answer, message) => {
  const { pins } = await tinyArchive();
  const { url } = await serve(answer);
  const given = options();
  await expect(openCoco128(given, { ...pins, url })).rejects.toMatchObject({
    code: 'ERR_INPUT',
    message: expect.stringContaining(message),
  });
  expect(existsSync(given.cacheDir) ? readdirSync(given.cacheDir) : []).toEqual([]);
});

test('an archive with other content is refused', async () => {
  const { pins } = await tinyArchive();
  const zip = Buffer.from(
    zipSync({ tiny: { images: { train2017: { '1.jpg': await jpeg(9), '2.jpg': await jpeg(2) } } } }),
  );
  const { url } = await serve((_, response) => response.end(zip));
  const given = options();
  await expect(openCoco128(given, { ...pins, url })).rejects.toMatchObject({
    message: expect.stringContaining('the digest of images/train2017'),
    hint: expect.stringContaining('--data PATH'),
  });
  expect(readdirSync(given.cacheDir)).toEqual([]);
});

test('a cancelled download ends with the reason of the cancel', async () => {
  const { pins } = await tinyArchive();
  const { url } = await serve((_, response) => response.write('half'));
  const controller = new AbortController();
  const reason = new Error('cancelled by the test');
  const given = { ...options(), signal: controller.signal, onProgress: () => controller.abort(reason) };
  await expect(openCoco128(given, { ...pins, url })).rejects.toBe(reason);
});

test.each(['../outside.txt', '/outside.txt', 'a/../../outside.txt', 'a\\..\\..\\outside.txt', 'C:outside.txt'])(
  'an entry %j that points outside is refused before anything is written',
  async (entry) => {
    const folder = join(scratch(), 'in');
    const zip = zipSync({ 'first.txt': strToU8('1'), [entry]: strToU8('2') });
    await expect(unzipInto(zip, folder, 'a.zip')).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: expect.stringContaining('points outside'),
    });
    expect(existsSync(folder)).toBe(false);
  },
);

test('an archive that unpacks to far too much is refused unread', async () => {
  const zip = zipSync({ 'zeros.bin': new Uint8Array(1024) });
  // Its directory says 768 MB.
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  view.setUint32(findDirectory(zip) + 24, 768 * 1024 * 1024, true);
  await expect(unzipInto(zip, scratch(), 'a.zip')).rejects.toMatchObject({
    message: expect.stringContaining('more than 512 MB'),
  });
});

/** Offset of the first entry of the central directory: `PK\x01\x02`. */
function findDirectory(zip: Uint8Array): number {
  for (let i = 0; i < zip.length - 4; i++) {
    if (zip[i] === 0x50 && zip[i + 1] === 0x4b && zip[i + 2] === 1 && zip[i + 3] === 2) return i;
  }
  throw new Error('no central directory');
}
