import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKSHOP } from './cli-project.ts';
import { executorProject } from './executor-project.ts';
import { project, sluice } from './sluice-command.ts';

let dir: string;
const command = (...args: readonly string[]) => sluice(args, { cwd: dir });
const database = (): string => join(dir, '.sluice', 'sluice.db');
const setVersion = (version: number): void => {
  const db = new DatabaseSync(database());
  db.prepare('update schema_version set version = ?').run(version);
  db.close();
};

beforeAll(async () => {
  dir = project({ 'pipelines/workshop.pipeline.ts': WORKSHOP });
  expect((await command('run', 'workshop', '--name', 'first')).code).toBe(0);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('sluice db migrate', () => {
  it('says what version the schema has, and with --check whether there is something to do', async () => {
    const { code, stdout } = await command('db', 'migrate', '--check', '--output', 'json');
    const { found, newest, migrated } = JSON.parse(stdout) as { found: number; newest: number; migrated: boolean };
    expect([code, found, migrated]).toEqual([0, newest, false]);
    expect((await command('db', 'migrate')).stdout).toContain(`schema version ${newest}, the newest`);
  });
});

describe('a command on a database of a newer Sluice', () => {
  it('refuses in one sentence, and changes nothing', async () => {
    const { stdout } = await command('db', 'migrate', '--check', '--output', 'json');
    const { newest } = JSON.parse(stdout) as { newest: number };
    setVersion(newest + 1);
    for (const args of [
      ['runs', 'list'],
      ['run', 'workshop'],
      ['db', 'migrate'],
      ['db', 'migrate', '--check'],
    ]) {
      const { code, stderr } = await command(...args);
      expect(code).toBe(2);
      expect(stderr.split('\n')[0]).toBe(
        `✗ ERR_SCHEMA_NEWER The metadata store ${database()} has schema version ${newest + 1}; this Sluice knows ${newest}.`,
      );
    }
    setVersion(newest);
    expect(JSON.parse((await command('runs', 'list', '--output', 'json')).stdout).items).toHaveLength(1);
  });
});

describe('sluice db backup', () => {
  it('writes a database that can be put back, and replaces no file', async () => {
    const file = join(dir, 'backup.db');
    const { code, stdout } = await command('db', 'backup', 'backup.db', '--output', 'json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ file })]);
    const again = await command('db', 'backup', 'backup.db');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('ERR_FILE_EXISTS')]);
    // As the help of the command says it.
    for (const name of ['sluice.db', 'sluice.db-wal', 'sluice.db-shm'])
      rmSync(join(dir, '.sluice', name), { force: true });
    copyFileSync(file, database());
    const shown = await command('run', 'workshop', '--output', 'json');
    const { steps } = JSON.parse(shown.stdout) as { steps: readonly { status: string }[] };
    expect(steps.map(({ status }) => status)).toEqual(['cached', 'cached', 'cached']);
  });

  it('is whole and consistent while runs go on', async () => {
    const { dir, ranFile, go } = executorProject();
    const all = [1, 2, 3].map((i) => go('Counts', { until: 30 + i, ranFile }));
    await Promise.all(all.map((going) => going.until('step-progress')));
    for (let i = 0; i < 5; i++) {
      const file = join(dir, `backup-${i}.db`);
      const { code, stderr } = await sluice(['db', 'backup', file], { cwd: dir });
      expect([code, stderr]).toEqual([0, '']);
      const copy = new DatabaseSync(file, { readOnly: true });
      expect(copy.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
      // A run is there with its steps, or not at all.
      const lone = 'select count(*) as n from run where id not in (select run_id from step_run)';
      expect(copy.prepare(lone).get()).toEqual({ n: 0 });
      copy.close();
    }
    for (const { finished } of all) expect((await finished)?.run.status).toBe('succeeded');
    expect(readdirSync(dir).filter((name) => name.endsWith('.db'))).toHaveLength(5);
    expect(existsSync(join(dir, '.sluice', 'sluice.db'))).toBe(true);
  });
});
