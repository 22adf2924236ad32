import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testService } from '../../services/test-service.ts';
import { minioBucket } from './minio-bucket.ts';

const service = testService('minio');
const MIB = 1 << 20;

describe.skipIf(!service)('a file bigger than memory, on a real MinIO (npm run services -- start)', () => {
  it('of 512 MiB goes up and comes down in a few parts of memory', async () => {
    const register = resolve(import.meta.dirname, '../../../dist/register.js');
    if (!existsSync(register)) throw new Error('This test runs the built loader: npm run build.');
    const bucket = await minioBucket(service?.url ?? '');
    const folder = await mkdtemp(join(tmpdir(), 'sluice-minio-'));
    onTestFinished(async () => {
      await bucket.remove();
      await rm(folder, { recursive: true, force: true });
    });
    const file = join(folder, 'big');
    const target = await open(file, 'w');
    const block = randomBytes(8 * MIB);
    for (let i = 0; i < 64; i++) {
      block.writeUInt32LE(i);
      await target.write(block);
    }
    await target.close();
    const job = { options: bucket.options, file, cacheDir: join(folder, 'cache') };
    // The heap could not hold a quarter of it; buffers lie outside the heap, hence the resident size.
    const args = ['--max-old-space-size=96', '--import', pathToFileURL(register).href];
    const script = join(import.meta.dirname, 'move-big-file.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [...args, script, JSON.stringify(job)]);
    const { digest, read, grownBy } = JSON.parse(stdout) as { digest: string; read: string; grownBy: number };
    expect(read).toBe(digest);
    expect(grownBy / MIB).toBeLessThan(256);
  });
});
