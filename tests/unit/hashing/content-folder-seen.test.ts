import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ContentFolder } from '../../../framework/hashing/content-folder.ts';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';
import { openContentFolder } from '../../../framework/hashing/open-content-folder.ts';

const [BEFORE, AFTER] = ['bytes of before', 'bytes of after!'];

describe('a file that is said to be the one of a digest', () => {
  let folder = '';
  let file = '';
  let digest: Digest;
  const open = (): ContentFolder => openContentFolder({ root: join(folder, 'store'), name: 'local' });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-seen-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    file = join(folder, 'file');
    digest = (await open().add(Buffer.from(BEFORE))).digest;
    // Other bytes in the file tell whether it was read.
    writeFileSync(file, AFTER);
  });

  it('is not read where the bytes are there', async () => {
    expect(await open().add({ file, seen: digest })).toEqual({ digest, size: BEFORE.length });
  });

  it.each([
    ['the object is gone', (path: string) => rmSync(path)],
    ['the object has another size', (path: string) => damage(path, `${BEFORE} and more`)],
  ])('is read when %s', async (_, change) => {
    const store = open();
    change(store.path(digest));
    expect(await store.add({ file, seen: digest })).toMatchObject({ digest: sha256(AFTER) });
  });

  it('is read when somebody met damage in the object, which is replaced by it', async () => {
    writeFileSync(file, BEFORE);
    for (const meet of [
      (store: ContentFolder) => store.wholePath(digest),
      async (store: ContentFolder) => store.distrust(digest),
    ]) {
      const store = open();
      damage(store.path(digest), AFTER);
      await meet(store).catch(() => undefined);
      await store.add({ file, seen: digest });
      expect(readFileSync(store.path(digest), 'utf8')).toBe(BEFORE);
    }
  });
});

function damage(path: string, text: string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, text);
}
