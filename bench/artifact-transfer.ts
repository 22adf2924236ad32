/**
 * How fast a big file goes into a MinIO and comes back, beside MinIO's own client (`mc cp`) with the same server, disk and cores, in one run.
 *
 *   npm run build && npm run services -- start minio && node --import ./dist/register.js bench/artifact-transfer.ts [MiB] [rounds]
 *
 * `store` is the minio store alone, into a file as `mc` does and as a stream, checked by the BLAKE3 that the record has of a big file, or by SHA-256, as what older
 * versions stored; `SHA-256 alone` is one pass over the file that came, from memory and on one core. `mc` checks no byte. `behind the cache` is what a run does: up, the file goes into the local cache too; down, it is written
 * there and checked. `mc` is found in the folder of the services or on PATH. Figures are MiB per second, the median of all rounds (five); each round takes
 * each way in turn, with bytes of its own, so that what else the machine does falls on all of them. Processor time is that of all threads of this process. It
 * takes up to eight times the file's size of the temporary folder's disk, and twice that of the server's.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'minio';
import { minioArtifactStore } from '../framework/adapters/artifact-stores/minio.ts';
import { readThrough } from '../framework/adapters/artifact-stores/read-through.ts';
import type { ArtifactStore } from '../framework/components/artifact-store.ts';
import { digestOfFile, type FileDigest } from '../framework/hashing/file-digest.ts';
import { needProgram } from '../tests/services/find-program.ts';
import { testService } from '../tests/services/test-service.ts';

const [MIB, ROUNDS] = [Number(process.argv[2] ?? 1024), Number(process.argv[3] ?? 5)];

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Random bytes that no earlier round has sent, at the cost of one block of them. */
function bigFile(path: string): void {
  const block = randomBytes(1 << 20);
  const whole = Buffer.alloc(MIB << 20);
  for (let i = 0; i < MIB; i++) {
    block.writeUInt32LE(i, 0);
    whole.set(block, i << 20);
  }
  writeFileSync(path, whole);
}

async function main(): Promise<void> {
  const { url } = testService('minio') ?? {};
  if (url === undefined) throw new Error('There is no MinIO: npm run services -- start minio.');
  const { protocol, host, hostname, port, username: accessKey, password: secretKey } = new URL(url);
  const bucket = `bench-${randomBytes(4).toString('hex')}`;
  const admin = new Client({ endPoint: hostname, port: Number(port), useSSL: false, accessKey, secretKey });
  await admin.makeBucket(bucket);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const options = { endpoint: `${protocol}//${host}`, bucket, accessKey, secretKey };
  const direct = minioArtifactStore(options);
  const cached = (name: string): ArtifactStore =>
    readThrough({ remote: minioArtifactStore(options), cacheDir: join(folder, name) });
  const mc = (...args: readonly string[]): void => {
    const env = { ...process.env, MC_HOST_bench: url };
    const { status, stderr } = spawnSync(needProgram('mc'), ['--quiet', '--config-dir', join(folder, 'mc'), ...args], {
      env,
    });
    if (status !== 0) throw new Error(`mc ${args.join(' ')}: ${stderr}`);
  };
  const speeds = new Map<string, number[]>();
  const seconds = new Map<string, number[]>();
  const timed = async (what: string, work: () => unknown): Promise<void> => {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await work();
    const speed = (MIB * 1000) / (performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    speeds.set(what, [...(speeds.get(what) ?? []), speed]);
    seconds.set(what, [...(seconds.get(what) ?? []), ((user + system) / 1e6) * (1024 / MIB)]);
  };
  try {
    mc('ls', `bench/${bucket}`);
    for (let round = 0; round < ROUNDS; round++) {
      const [a, b, c, back] = ['a', 'b', 'c', 'back'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
        string,
      ];
      bigFile(a);
      await timed('up, mc', () => mc('cp', a, `bench/${bucket}/mc`));
      await timed('down, mc', () => mc('cp', `bench/${bucket}/mc`, back));
      let written: FileDigest = await direct.write(Buffer.from('warm'));
      bigFile(b);
      await timed('up, store', async () => {
        written = await direct.write({ file: b });
      });
      const { digest, blake3 } = written;
      rmSync(back, { force: true });
      await timed('down, store', () => direct.readInto?.(digest, back, blake3));
      rmSync(back);
      await timed('down, store, by SHA-256', () => direct.readInto?.(digest, back));
      await timed('down, store, as a stream', async () => pipeline(await direct.read(digest), createWriteStream(back)));
      await timed('down, SHA-256 alone', () => digestOfFile(back));
      await timed('down, behind the cache', () => cached(`down-${round}`).localPath(digest, blake3));
      await direct.remove(digest);
      bigFile(c);
      await timed('up, behind the cache', async () => {
        written = await cached(`up-${round}`).write({ file: c });
      });
      await direct.remove(written.digest);
      for (const used of [`down-${round}`, `up-${round}`, 'a', 'b', 'c'])
        rmSync(join(folder, used), { recursive: true });
    }
    const rows = [...speeds].map(([what, all]) => {
      const ratio = (to: string): string =>
        median(all.map((speed, i) => speed / (speeds.get(to)?.[i] ?? Number.NaN))).toFixed(2);
      return {
        what,
        'MiB/s': median(all).toFixed(0),
        'against mc': ratio(what.startsWith('up') ? 'up, mc' : 'down, mc'),
        'against SHA-256 alone': ratio('down, SHA-256 alone'),
        // The client is a process of its own.
        'processor, s per GiB': what.endsWith(', mc') ? '' : median(seconds.get(what) ?? []).toFixed(1),
      };
    });
    console.log(`${MIB} MiB, ${ROUNDS} rounds`);
    console.table(rows);
    console.log('budget: store up and down at least 0.8 of mc');
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await direct.close();
    for await (const { name } of admin.listObjectsV2(bucket, '', true)) await admin.removeObject(bucket, String(name));
    await admin.removeBucket(bucket);
  }
}

await main();
