import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError, sha256 } from 'sluice';
import { downloadFile } from './download-file.ts';
import { isPicture, listFiles } from './list-files.ts';
import type { OpenOptions } from './open-source.ts';
import type { OpenedSource } from './opened-source.ts';
import { resolveFolder } from './resolve-folder.ts';
import { openFolders } from './source-folders.ts';
import { unzipInto } from './unzip-into.ts';

/** A published archive of pictures and YOLO labels, and what must come out of it. */
export interface PublishedArchive {
  readonly url: string;
  /** Folder at the top of the archive. */
  readonly top: string;
  /** Folders below it: how many files, and the SHA-256 of their `HASH  NAME` lines in the order of names (`sha256sum * | sha256sum` there). */
  readonly folders: Readonly<Record<string, { readonly files: number; readonly digest: string }>>;
}

/**
 * No checksum of the archive is published, so its content is pinned: the digests are of an unpacked copy whose 128 pictures, 126 of them with labels, and 929
 * boxes are the figures that Ultralytics prints for it.
 */
export const COCO128: PublishedArchive = {
  url: 'https://github.com/ultralytics/assets/releases/download/v0.0.0/coco128.zip',
  top: 'coco128',
  folders: {
    'images/train2017': {
      files: 128,
      digest: '5c03c0c12deef4fe7e1e38a6986d4cd1684f35f7e4169ffff2853c20ee04d9f1',
    },
    'labels/train2017': {
      files: 128,
      digest: 'befd4387e1f4669f6f034b8e12159e9f7c4a68781b5a3567b63d11af1722efb8',
    },
  },
};

/**
 * Downloads the archive, or takes it from `cacheDir` when it lies there whole. It appears there by one rename after it was checked, so an interrupted
 * download leaves nothing, and two at once don't harm each other.
 *
 * @throws ERR_INPUT naming the URL when it can't be reached, or when its content is not the pinned one.
 */
export async function openCoco128(
  options: Omit<OpenOptions, 'workDir'>,
  archive: PublishedArchive = COCO128,
): Promise<OpenedSource> {
  const folder = join(options.cacheDir, archive.top);
  if ((await difference(folder, archive)) !== null) await fetchInto(folder, archive, options);
  return openFolders({ ...(await resolveFolder(folder)), name: archive.top });
}

async function fetchInto(
  folder: string,
  archive: PublishedArchive,
  options: Omit<OpenOptions, 'workDir'>,
): Promise<void> {
  const { cacheDir, signal, onProgress } = options;
  const bytes = await downloadFile(archive.url, {
    signal,
    onProgress: (fraction, text) => onProgress(`downloading ${archive.top} ${text}`, fraction),
  });
  await mkdir(cacheDir, { recursive: true });
  const scratch = await mkdtemp(join(cacheDir, `${archive.top}-`));
  try {
    await unzipInto(bytes, scratch, archive.url);
    const unpacked = join(scratch, archive.top);
    const wrong = await difference(unpacked, archive);
    if (wrong !== null) {
      throw inputError(
        `${archive.url} is not the ${archive.top} that Sluice knows: ${wrong}.`,
        'It may have been published anew. Look at it, and pass the unpacked folder with --data PATH.',
      );
    }
    // Another process may have been quicker: what it put there is as good, and may be in use.
    if ((await difference(folder, archive)) === null) return;
    if (existsSync(folder)) await rename(folder, join(scratch, 'damaged'));
    await rename(unpacked, folder).catch(async (error: unknown) => {
      if ((await difference(folder, archive)) !== null) throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What differs from the pinned content, or null. */
async function difference(folder: string, archive: PublishedArchive): Promise<string | null> {
  for (const [name, expected] of Object.entries(archive.folders)) {
    const path = join(folder, name);
    const files = await listFiles(path, (file) => isPicture(file) || file.endsWith('.txt')).catch(() => []);
    if (files.length !== expected.files) return `${files.length} files in ${name}, not ${expected.files}`;
    const lines = await Promise.all(
      files.map(async (file) => `${sha256(await readFile(join(path, file)))}  ${file}\n`),
    );
    const digest = sha256(lines.join(''));
    if (digest !== expected.digest) return `the digest of ${name} is ${digest}, not ${expected.digest}`;
  }
  return null;
}
