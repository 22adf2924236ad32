import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContentFolder } from '../../../framework/hashing/content-folder.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { openContentFolder } from '../../../framework/hashing/open-content-folder.ts';

const HELLO = sha256('hello');
const bytes = Buffer.from('hello');

let root: string;
let folder: ContentFolder;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-content-'));
  folder = openContentFolder({ root, name: 'local' });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('a content folder', () => {
  it('creates nothing before the first write', async () => {
    const absent = openContentFolder({ root: join(root, 'later'), name: 'local' });
    expect([absent.size(HELLO), await absent.wholePath(HELLO)]).toEqual([undefined, undefined]);
    for await (const one of absent.list()) expect.fail(`${one.digest} is listed`);
    expect(await readdir(root)).toEqual([]);
  });

  it('leaves no half file when the source breaks off', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes;
      throw new Error('the line is dead');
    }
    await expect(folder.add(broken())).rejects.toMatchObject({
      code: 'ERR_STORE_WRITE',
      message: expect.stringContaining('the line is dead'),
    });
    expect(await readdir(join(root, 'tmp'))).toEqual([]);
    for await (const one of folder.list()) expect.fail(`${one.digest} is listed`);
  });

  it('says in words why it could not write', async () => {
    await writeFile(join(root, 'file'), '');
    const inFile = openContentFolder({ root: join(root, 'file', 'store'), name: 'local' });
    await expect(inFile.add(bytes)).rejects.toMatchObject({
      code: 'ERR_STORE_WRITE',
      message: expect.stringMatching(/^The store local could not write .*: a part of the path is a file/),
    });
  });

  it('does not take a file under the right name for the right bytes', async () => {
    await mkdir(join(root, 'objects', HELLO.slice(0, 2)), { recursive: true });
    await writeFile(folder.path(HELLO), 'hell');
    await expect(folder.wholePath(HELLO)).rejects.toMatchObject({
      code: 'ERR_ARTIFACT_DAMAGED',
      message: expect.stringContaining(sha256('hell')),
    });
    await folder.add(bytes);
    expect(await folder.wholePath(HELLO)).toBe(folder.path(HELLO));
  });

  it('clears away what killed writers left, but not what others write now', async () => {
    await mkdir(join(root, 'tmp'));
    for (const name of ['old', 'new']) await writeFile(join(root, 'tmp', name), 'half');
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
    await utimes(join(root, 'tmp', 'old'), twoDaysAgo, twoDaysAgo);
    await folder.add(bytes);
    expect(await readdir(join(root, 'tmp'))).toEqual(['new']);
  });

  it('counts an object that is written again as new, for garbage collection', async () => {
    await folder.add(bytes);
    await utimes(folder.path(HELLO), 1000, 1000);
    await folder.add(bytes);
    for await (const { modifiedAt } of folder.list()) expect(Date.now() - modifiedAt).toBeLessThan(60_000);
  });

  it('lists only objects', async () => {
    await folder.add(bytes);
    await writeFile(join(root, 'objects', 'note.txt'), '');
    await writeFile(join(root, 'objects', HELLO.slice(0, 2), 'note.txt'), '');
    const listed: string[] = [];
    for await (const { digest } of folder.list()) listed.push(digest);
    expect(listed).toEqual([HELLO]);
  });
});
