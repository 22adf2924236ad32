import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Stack } from '../../../framework/components/stack.ts';
import { collectGarbage } from '../../../framework/gc/collect-garbage.ts';
import { openStack } from '../../../framework/stack/open-stack.ts';
import { minioBucket } from '../minio/minio-bucket.ts';
import { testSchema } from '../postgres/postgres-schema.ts';
import { project } from '../sluice-command.ts';
import { CRASH_PIPELINE, CRASH_SCRIPT } from './crash-pipeline.ts';
import { KILL_HERE } from './kill-here.ts';

/** Where a campaign runs: a project, and the stores of its stack. */
export interface CrashPlace {
  readonly name: string;
  readonly dir: string;
  /** Opens the stack in this process, beside those that are killed. */
  withStack<R>(body: (stack: Stack) => Promise<R>): Promise<R>;
  /** Removes every run and object. */
  clear(): Promise<void>;
  dispose(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../../..');
export const REGISTER = join(root, 'dist', 'register.js');

/** SQLite and a folder. */
export function localPlace(): CrashPlace {
  const dir = crashProject({});
  const home = join(dir, '.sluice');
  return {
    name: 'local',
    dir,
    withStack: (body) => opened(dir, 'local', body),
    async clear() {
      for (const name of [
        'sluice.db',
        'sluice.db-wal',
        'sluice.db-shm',
        'artifacts',
        'cache/artifacts',
        'work',
        'checkpoints',
      ]) {
        rmSync(join(home, name), { recursive: true, force: true, maxRetries: 5 });
      }
    },
    dispose: async () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Postgres and MinIO; big files go in parts. */
export async function serverPlace(urls: { readonly postgres: string; readonly minio: string }): Promise<CrashPlace> {
  const { schema, drop } = testSchema(urls.postgres);
  const bucket = await minioBucket(urls.minio);
  const stack = {
    orchestrator: { flavor: 'local' },
    artifact_store: { flavor: 'minio', ...bucket.options, partSize: '5MiB', prefix: randomBytes(4).toString('hex') },
    metadata_store: { flavor: 'postgres', url: urls.postgres, schema },
    experiment_tracker: { flavor: 'local' },
  };
  // JSON is YAML.
  const dir = crashProject({ 'stacks/servers.yaml': JSON.stringify(stack) });
  const withStack: CrashPlace['withStack'] = (body) => opened(dir, 'servers', body);
  return {
    name: 'servers',
    dir,
    withStack,
    clear: () =>
      withStack(async (stack) => {
        const { items } = await stack.metadataStore.listRuns({ limit: 1000 });
        for (const { id } of items) await stack.metadataStore.deleteRun(id);
        await stack.metadataStore.invalidate({});
        await collectGarbage({ stack, olderThanMs: -120_000 });
      }),
    async dispose() {
      await drop();
      await bucket.remove();
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function crashProject(files: Readonly<Record<string, string>>): string {
  if (!existsSync(REGISTER)) throw new Error('There is no dist/: run `npm run build` before the e2e tests.');
  return project({
    'pipelines/crash.pipeline.ts': CRASH_PIPELINE,
    'go.ts': CRASH_SCRIPT,
    'kill-here.mjs': KILL_HERE,
    ...files,
  });
}

async function opened<R>(dir: string, name: string, body: (stack: Stack) => Promise<R>): Promise<R> {
  const stack = await openStack({ project: { dir, home: join(dir, '.sluice') }, name });
  try {
    return await body(stack);
  } finally {
    await stack.close();
  }
}
