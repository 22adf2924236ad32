/**
 * What the local artifact store costs beside what no store can save: reading and hashing a file, copying it, linking it.
 *
 *   npm run build && node --import ./dist/register.js bench/local-store.ts [MiB] [files] [rounds]      (1024, 20000, 3)
 *
 * Rows: a big file in, against one pass of SHA-256 over it plus one copy that is synced; a folder of small files (4 KiB) in, and out by hard links, in files a
 * second, against writing and linking them with nothing checked, and out by a process that has not checked the objects yet; a folder of big files (1 MiB) saved
 * again unchanged, against one `stat` a file. Medians of all rounds, each of which has bytes of its own; the folders for them are made in TMPDIR, and go when all
 * is measured: for minutes after a deletion ext4 passes over the inodes that it freed, and each new file takes several times as long. For the same reason
 * let five minutes go between two runs, or give each a TMPDIR in another folder of the root.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { localArtifactStore } from '../framework/adapters/artifact-stores/local.ts';
import type { ArtifactIo } from '../framework/artifacts/artifact-io.ts';
import { createArtifactIo } from '../framework/artifacts/create-artifact-io.ts';
import { digestOfFile } from '../framework/hashing/file-digest.ts';
import { knownDigests, rememberDigestsIn } from '../framework/hashing/known-digests.ts';
import { DirectoryRef } from '../framework/materializers/directory-ref.ts';
import { FileRef } from '../framework/materializers/file-ref.ts';

const [MIB, FILES, ROUNDS] = [
  Number(process.argv[2] ?? 1024),
  Number(process.argv[3] ?? 20_000),
  Number(process.argv[4] ?? 3),
];
const MEBIBYTE = 1 << 20;
const SMALL = 4096;
/** Milliseconds from which on a file's digest is remembered: see framework/hashing/remembered-digests.ts. */
const SETTLED = 3500;

type Times = Readonly<Record<string, number>>;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Random blocks, each numbered: bytes that no earlier round had. */
function writeBlocks(file: string, blocks: number): void {
  const block = randomBytes(MEBIBYTE);
  const target = openSync(file, 'w');
  for (let i = 0; i < blocks; i++) {
    block.writeUInt32LE(i);
    writeSync(target, block);
  }
  closeSync(target);
}

function writeFolder(dir: string, count: number, bytes: number): readonly string[] {
  const block = randomBytes(bytes);
  return Array.from({ length: count }, (_, i) => {
    const sub = join(dir, String(i % 100));
    if (i < 100) mkdirSync(sub, { recursive: true });
    block.writeUInt32LE(i);
    writeFileSync(join(sub, `${i}`), block);
    return join(sub, `${i}`);
  });
}

function openStore(folder: string, name = 'store'): { readonly io: ArtifactIo; readonly close: () => Promise<void> } {
  const store = localArtifactStore({ path: join(folder, name) });
  return { io: createArtifactIo({ store, cacheDir: join(folder, 'cache') }), close: () => store.close() };
}

async function bigFile(folder: string): Promise<Times> {
  const file = join(folder, 'big');
  writeBlocks(file, MIB);
  const hash = await timed(() => digestOfFile(file));
  const copy = await timed(async () => {
    await copyFile(file, join(folder, 'copy'));
    const target = await open(join(folder, 'copy'), 'r+');
    await target.sync();
    await target.close();
  });
  rmSync(join(folder, 'copy'));
  const { io, close } = openStore(folder);
  const save = await timed(() => io.save(FileRef.of(file), 'big'));
  await close();
  return { hash, copy, save };
}

async function smallFiles(folder: string): Promise<Times> {
  const files = writeFolder(join(folder, 'small'), FILES, SMALL);
  const { io, close } = openStore(folder);
  let output = await io.save('', 'nothing');
  const saved = await timed(async () => {
    output = await io.save(DirectoryRef.of(join(folder, 'small')), 'small');
    await close();
  });
  const plain = await timed(() => writePlain(join(folder, 'plain'), files.length));
  const out = await timed(() => io.load(output));
  const fresh = createArtifactIo({
    store: localArtifactStore({ path: join(folder, 'store') }),
    cacheDir: join(folder, 'cache-2'),
  });
  const outFresh = await timed(() => fresh.load(output));
  const link = await timed(() => {
    mkdirSync(join(folder, 'links'));
    for (const [i, file] of files.entries()) linkSync(file, join(folder, 'links', String(i)));
  });
  return { saved, plain, out, outFresh, link };
}

/** What a store that keeps small files can't do without: each written and synced. */
function writePlain(dir: string, count: number): void {
  mkdirSync(dir);
  const block = randomBytes(SMALL);
  for (let i = 0; i < count; i++) {
    const target = openSync(join(dir, String(i)), 'wx');
    writeSync(target, block);
    fsyncSync(target);
    closeSync(target);
  }
}

async function sameAgain(folder: string): Promise<Times> {
  const files = writeFolder(join(folder, 'same'), MIB, MEBIBYTE);
  rememberDigestsIn(join(folder, 'digests'));
  const { io, close } = openStore(folder);
  await pause(SETTLED);
  const ref = DirectoryRef.of(join(folder, 'same'));
  const first = await timed(() => io.save(ref, 'same'));
  await close();
  // As another process would: nothing of this one is known to it.
  rememberDigestsIn(join(folder, 'digests'));
  const again = openStore(folder);
  const second = await timed(() => again.io.save(ref, 'same'));
  await again.close();
  const looked = await timed(() => {
    for (const sub of readdirSync(join(folder, 'same'))) readdirSync(join(folder, 'same', sub));
    for (const file of files) statSync(file);
  });
  knownDigests()?.keep();
  return { first, second, looked };
}

async function rounds(around: string, work: (folder: string) => Promise<Times>): Promise<Times> {
  const all: Times[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const folder = join(around, `${work.name}-${i}`);
    mkdirSync(folder);
    all.push(await work(folder));
  }
  const names = Object.keys(all[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(all.map((times) => times[name] ?? Number.NaN))]));
}

async function main(): Promise<void> {
  const around = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    await measure(around);
  } finally {
    rmSync(around, { recursive: true, force: true });
  }
}

async function measure(around: string): Promise<void> {
  const ms = (value = Number.NaN): string => `${value.toFixed(0)} ms`;
  const perSecond = (time = Number.NaN): string => `${Math.round((FILES / time) * 1000)} files/s`;
  const big = await rounds(around, bigFile);
  const small = await rounds(around, smallFiles);
  const same = await rounds(around, sameAgain);
  const floor = (big['hash'] ?? 0) + (big['copy'] ?? 0);
  console.table([
    {
      what: `${MIB} MiB file in`,
      measured: ms(big['save']),
      beside: `hash ${ms(big['hash'])} + copy ${ms(big['copy'])}: ${((big['save'] ?? 0) / floor).toFixed(2)} ×`,
      budget: '1.5 ×',
    },
    {
      what: `${FILES} files of ${SMALL} bytes in`,
      measured: perSecond(small['saved']),
      beside: `written and synced: ${perSecond(small['plain'])}`,
      budget: '5000 files/s',
    },
    {
      what: 'the same out, by links',
      measured: perSecond(small['out']),
      beside: `linked: ${perSecond(small['link'])}`,
      budget: '20000 files/s',
    },
    { what: 'the same, each object checked first', measured: perSecond(small['outFresh']), beside: '', budget: '' },
    {
      what: `${MIB} files of 1 MiB, saved again unchanged`,
      measured: ms(same['second']),
      beside: `listed and looked at: ${ms(same['looked'])}; first time ${ms(same['first'])}`,
      budget: 'a stat a file',
    },
  ]);
}

await main();
