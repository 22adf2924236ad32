import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testService } from '../../services/test-service.ts';
import { project, sluice } from '../sluice-command.ts';
import { type MinioBucket, minioBucket } from './minio-bucket.ts';

const service = testService('minio');

const PIPELINE = `import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryRef, pipeline, step, stepContext } from 'sluice';
class Steps {
  @step() async pictures(): Promise<{ folder: DirectoryRef; count: number }> {
    const dir = join(stepContext().workDir, 'pictures');
    mkdirSync(dir);
    for (let i = 0; i < 60; i++) writeFileSync(join(dir, i + '.txt'), 'picture ' + i);
    writeFileSync(join(dir, 'film'), Buffer.alloc(33 << 20, 'film'));
    return { folder: DirectoryRef.of(dir), count: 60 };
  }
  @step({ isolation: 'process' }) async look(folder: DirectoryRef, count: number): Promise<{ text: string }> {
    return { text: folder.name + ' ' + count };
  }
}
@pipeline({ name: 'album' })
export class Album {
  async run() {
    const steps = new Steps();
    const { folder, count } = await steps.pictures();
    return steps.look(folder, count);
  }
}
`;
/** The metadata in a file that both machines see: this is about the artifacts. */
const STACK = `artifact_store:
  flavor: minio
  endpoint: \${env:TEST_ENDPOINT}
  bucket: \${env:TEST_BUCKET}
  accessKey: \${env:TEST_ACCESS_KEY}
  secretKey: \${env:TEST_SECRET_KEY}
  prefix: push
metadata_store:
  flavor: sqlite
  path: \${env:TEST_METADATA}
`;

describe.skipIf(!service)('artifacts push to a real MinIO (npm run services -- start)', () => {
  let bucket: MinioBucket;
  beforeAll(async () => {
    bucket = await minioBucket(service?.url ?? '');
  });
  afterAll(() => bucket.remove());

  it('makes the first run on a second machine a cached one', async () => {
    const machine = (): string => {
      const dir = project({ 'pipelines/album.pipeline.ts': PIPELINE, 'stacks/team.yaml': STACK });
      onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
      return dir;
    };
    const [first, second] = [machine(), machine()];
    const { endpoint, accessKey, secretKey } = bucket.options;
    mkdirSync(join(first, 'shared'));
    const env = {
      TEST_ENDPOINT: endpoint,
      TEST_BUCKET: bucket.bucket,
      TEST_ACCESS_KEY: accessKey,
      TEST_SECRET_KEY: secretKey,
      TEST_METADATA: join(first, 'shared', 'team.db'),
    };
    const said: string[] = [];
    const json = async (cwd: string, ...args: readonly string[]): Promise<Record<string, unknown>> => {
      const { stdout, stderr, code } = await sluice([...args, '--output', 'json'], { cwd, env });
      said.push(stdout, stderr);
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as Record<string, unknown>;
    };

    await json(first, 'run', 'album');
    const dry = await json(first, 'artifacts', 'push', '--to', 'team', '--run', 'latest', '--dry-run');
    expect([dry['objects'], await bucket.names()]).toEqual([dry['wanted'], []]);
    const pushed = await json(first, 'artifacts', 'push', 'latest', '--to', 'team');
    expect(pushed).toMatchObject({ objects: dry['wanted'], entries: 2, incomplete: 0, runs: [{ outcome: 'written' }] });
    expect((await bucket.names()).length).toBe(dry['wanted']);
    // The second digest of the big file goes along: whoever fetches it there has the quicker check too.
    const record = new DatabaseSync(env.TEST_METADATA, { readOnly: true });
    const outputs = record
      .prepare('SELECT output FROM cache_entry')
      .all()
      .map(({ output }) => String(output));
    record.close();
    expect(outputs.filter((output) => /"blake3":\{"[0-9a-f]{64}":"[0-9a-f]{64}"\}/.test(output))).toHaveLength(1);
    expect(await json(first, 'artifacts', 'push', '--all', '--to', 'team')).toMatchObject({ objects: 0 });

    const { steps, result } = await json(second, 'run', 'album', '--stack', 'team');
    expect(steps).toMatchObject([{ status: 'cached' }, { status: 'cached' }]);
    expect(result).toMatchObject({ text: 'pictures 60' });

    // What is deleted there is no result any more, whatever this machine has of it.
    const gone = (await bucket.names())[0] ?? '';
    await bucket.client.removeObject(bucket.bucket, gone);
    const again = (await json(second, 'run', 'album', '--stack', 'team'))['steps'];
    expect((again as readonly { status: string }[]).map(({ status }) => status)).toContain('succeeded');
    expect(await bucket.names()).toContain(gone);
    expect(said.join('')).not.toContain(secretKey);
  });
});
