import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeAtomically } from '../../../framework/code/write-atomically.ts';
import { createFile, replaceFile } from '../../../framework/stack/files/write-file.ts';
import { openSecrets } from '../../../framework/stack/secrets/secret-store.ts';
import { temporaryFolder } from '../executor/open-test-stack.ts';
import { type FaultCode, faults } from './fault-layer.ts';

vi.mock('node:fs', async (original) => (await import('./fault-layer.ts')).faultyFs(await original()));
vi.mock('node:fs/promises', async (original) => (await import('./fault-layer.ts')).faultyPromises(await original()));

const CODES: readonly FaultCode[] = ['ENOSPC', 'EIO', 'EROFS', 'EMFILE'];
const [OLD, NEW] = ['the old text, as it was', 'the new text, which is longer than that'];

afterEach(() => {
  faults.disarm();
  vi.restoreAllMocks();
});

interface Writer {
  readonly name: string;
  write(file: string): Promise<unknown>;
  /** What may be seen after a fault, beside the new text. */
  readonly before: string | undefined;
}

const WRITERS: readonly Writer[] = [
  { name: 'a stack file that is replaced', write: (file) => replaceFile(file, NEW), before: OLD },
  { name: 'a component file that is made', write: (file) => createFile(file, NEW), before: undefined },
  { name: 'what is known of code', write: async (file) => writeAtomically(file, NEW), before: OLD },
];

const seen = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

describe.each(WRITERS)('$name, on a disk that fails at any call', ({ write, before }) => {
  it.each(CODES)('is there whole, or as it was, with %s', async (code) => {
    // A cache that can't be written says so once, as a warning.
    vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    for (let at = 0; ; at++) {
      const folder = temporaryFolder();
      const file = join(folder, 'file');
      if (before !== undefined) writeFileSync(file, before);
      faults.arm({ root: folder, at, code, sticky: false });
      const [ended] = await Promise.allSettled([write(file)]);
      const calls = faults.disarm();
      expect([at, [before, NEW]]).toEqual([at, expect.arrayContaining([seen(file)])]);
      if (ended.status === 'rejected') expect(String(ended.reason)).toContain(code);
      if (at >= calls.length) {
        expect([seen(file), readdirSync(folder)]).toEqual([NEW, ['file']]);
        return;
      }
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the secrets of a project', () => {
  it('stay readable whatever call fails or loses its power while one is set', async () => {
    vi.stubEnv('SLUICE_SECRET_KEY_FILE', join(temporaryFolder(), 'key'));
    for (const code of [...CODES, 'power cut'] as const) {
      for (let at = 0; ; at++) {
        const home = temporaryFolder();
        await openSecrets(home).set('FIRST', 'the first value');
        faults.arm({ root: home, at, code, sticky: code === 'power cut' });
        const [ended] = await Promise.allSettled([openSecrets(home).set('SECOND', 'the second value')]);
        const calls = faults.disarm();
        expect([code, at, await openSecrets(home).read('FIRST', 'a test')]).toEqual([code, at, 'the first value']);
        if (ended.status === 'fulfilled') {
          expect(await openSecrets(home).read('SECOND', 'a test')).toBe('the second value');
        }
        if (at >= calls.length) break;
        rmSync(home, { recursive: true, force: true });
      }
    }
    vi.unstubAllEnvs();
  });
});
