import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqliteMetadataStore } from '../../../../framework/adapters/metadata-stores/sqlite.ts';
import { sampleRun } from '../../../conformance/metadata-store/sample-records.ts';
import { temporaryFolder } from '../../executor/open-test-stack.ts';

const HOLDER = `
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(process.argv[1]);
  database.exec('begin immediate');
  process.stdout.write('held');
  process.stdin.once('data', () => {
    database.exec('commit');
    process.exit(0);
  });`;

/** Another process that has the right to write, until it is told to give it back. */
async function heldByOther(path: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, ['-e', HOLDER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return async () => {
    child.stdin.end('now');
    await once(child, 'exit');
  };
}

describe('a SQLite store that yields', () => {
  it('reads while another process writes for long, and writes when that is done', async () => {
    const path = join(temporaryFolder(), 'record', 'sluice.db');
    const store = sqliteMetadataStore({ path, yields: true });
    onTestFinished(() => store.close());
    await store.migrate();
    await store.createRun(sampleRun('run-1'), []);
    const release = await heldByOther(path);
    const ended: string[] = [];
    const writes = [
      store.requestCancel('run-1').then(() => ended.push('cancel')),
      store.updateRun('run-1', { notes: 'seen' }).then(() => ended.push('notes')),
      store.invalidate({ step: 'x' }).then(() => ended.push('invalidate')),
    ];
    // The other process waits for this very thread: if a write held it up, nobody would ever be told anything.
    for (let read = 0; read < 20; read++) {
      expect(await store.overviewRun('run-1')).toMatchObject({ notes: null, cancelRequested: false });
      expect((await store.overviewRuns()).items).toHaveLength(1);
      await new Promise(setImmediate);
    }
    expect(ended).toEqual([]);
    await release();
    await Promise.all(writes);
    expect(await store.overviewRun('run-1')).toMatchObject({ notes: 'seen', cancelRequested: true });
  });

  it('ends what waits when it is closed', async () => {
    const path = join(temporaryFolder(), 'record', 'sluice.db');
    const store = sqliteMetadataStore({ path, yields: true });
    await store.migrate();
    await store.createRun(sampleRun('run-1'), []);
    const release = await heldByOther(path);
    const late = store.requestCancel('run-1');
    late.catch(() => {});
    await new Promise(setImmediate);
    await store.close();
    await expect(late).rejects.toThrow();
    await release();
  });
});
