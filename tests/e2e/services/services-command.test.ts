import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canStart } from '../../services/can-start.ts';
import { processStartedAt } from '../../services/process-started-at.ts';
import type { ServiceState } from '../../services/service-state.ts';
import type { StartedService } from '../../services/started-services.ts';

const script = fileURLToPath(new URL('../../../scripts/services.ts', import.meta.url));

describe.skipIf(!canStart('minio', 'mc'))('npm run services', () => {
  let folder: string;
  // A record of its own: the services that other suites share are not touched.
  let record: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-services-'));
    record = join(folder, 'services.json');
  });

  async function services(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = { ...process.env, SLUICE_SERVICES_FILE: record };
    const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => (said.stdout += chunk));
    child.stderr.on('data', (chunk) => (said.stderr += chunk));
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...said };
  }

  /** One verb on MinIO alone. */
  async function minio(verb: 'start' | 'stop' | 'status', ...more: readonly string[]): Promise<StartedService> {
    const { stdout } = await services(verb, 'minio', '--output', 'json', ...more);
    return (JSON.parse(stdout) as { services: [StartedService] }).services[0];
  }

  afterAll(async () => {
    await services('stop');
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts once, however often it is told to, even at the same time', async () => {
    const both = await Promise.all([minio('start'), minio('start')]);
    const again = await minio('start');
    expect(both).toEqual([again, again]);
    expect([again.status, processStartedAt(again.pid!) !== undefined]).toEqual(['running', true]);
  });

  it('finds that its server has died, and starts another on the same data', async () => {
    const { pid, folder } = await minio('status');
    process.kill(pid!, 'SIGKILL');
    await expect.poll(() => processStartedAt(pid!), { timeout: 10_000 }).toBeUndefined();
    expect(await minio('status')).toMatchObject({ status: 'stopped' });
    const started = await minio('start');
    expect(started).toMatchObject({ status: 'running', folder });
    expect(started.pid).not.toBe(pid);
  });

  it('stops what it started, keeps its data, and removes them when told to', async () => {
    const { pid, folder } = await minio('status');
    expect(await minio('stop')).toMatchObject({ status: 'stopped' });
    expect([processStartedAt(pid!), existsSync(folder!)]).toEqual([undefined, true]);
    expect((await services('status', 'minio')).code).toBe(1);
    expect(await minio('stop', '--delete-data')).toEqual({ name: 'minio', status: 'absent' });
    expect(existsSync(folder!)).toBe(false);
  });

  it('ends no process that only has the id of one it started', async () => {
    const stopped = { url: 'http://127.0.0.1:1', port: 1, folder, log: join(folder, 'log.txt') };
    const stale: ServiceState = { minio: { ...stopped, process: { pid: process.pid, startedAt: '1' } } };
    writeFileSync(record, JSON.stringify(stale));
    expect(await minio('status')).toMatchObject({ status: 'stopped' });
    expect(await minio('stop')).toMatchObject({ status: 'stopped' });
    expect(JSON.parse(readFileSync(record, 'utf8'))).toEqual({ minio: stopped });
  });

  it('says what is wrong with a call', async () => {
    expect(await services('begin')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('begin') });
    expect(await services('start', 'redis')).toMatchObject({ code: 2, stderr: expect.stringContaining('redis') });
  });
});
