import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { syncFileSystem } from '../../../framework/hashing/sync-file-system.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-sync-'));
afterEach(() => vi.unstubAllEnvs());
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('writes a file system to its disk on Linux, and says where it could not', async () => {
  expect(await syncFileSystem(folder)).toBe(platform() === 'linux');
  expect(await syncFileSystem(join(folder, 'missing'))).toBe(false);
});

it('says so when the disk refuses, and when there is no such command', async () => {
  const refusing = mkdtempSync(join(tmpdir(), 'sluice-sync-'));
  writeFileSync(join(refusing, 'sync'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(refusing, 'sync'), 0o755);
  vi.stubEnv('PATH', refusing);
  expect(await syncFileSystem(refusing)).toBe(false);
  rmSync(join(refusing, 'sync'));
  expect(await syncFileSystem(refusing)).toBe(false);
  rmSync(refusing, { recursive: true });
});
