import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { canStart } from '../../services/can-start.ts';
import { httpAnswers } from '../../services/http-answers.ts';
import { processStartedAt } from '../../services/process-started-at.ts';
import { MINIO_HEALTH, startMinio } from '../../services/start-minio.ts';
import { postgresAnswers, startPostgres } from '../../services/start-postgres.ts';

describe.skipIf(!canStart('postgres', 'initdb', 'minio'))('servers of a test’s own', () => {
  it('Postgres keeps port, password and what was committed through a crash', async () => {
    await using postgres = await startPostgres();
    const query = async (text: string): Promise<unknown[]> => {
      const client = new pg.Client({ connectionString: postgres.url });
      await client.connect();
      const { rows } = await client.query(text);
      await client.end();
      return rows;
    };
    await query('create table kept (value int)');
    await query('insert into kept values (7)');
    const { url, pid } = postgres;
    await postgres.kill();
    expect([processStartedAt(pid), await postgresAnswers(url)]).toEqual([undefined, false]);
    await postgres.restart();
    expect([postgres.url, await query('select value from kept')]).toEqual([url, [{ value: 7 }]]);
  });

  it('Postgres asks for the password', async () => {
    await using postgres = await startPostgres();
    const wrong = new URL(postgres.url);
    wrong.password = 'wrong';
    expect([await postgresAnswers(postgres.url), await postgresAnswers(wrong.href)]).toEqual([true, false]);
  });

  it('MinIO stops, starts again, and leaves nothing when it is disposed of', async () => {
    const minio = await startMinio();
    await minio.stop();
    expect(await httpAnswers(`${minio.endpoint}${MINIO_HEALTH}`)).toBe(false);
    await minio.restart();
    expect(await httpAnswers(`${minio.endpoint}${MINIO_HEALTH}`)).toBe(true);
    await minio[Symbol.asyncDispose]();
    expect([existsSync(minio.folder), processStartedAt(minio.pid)]).toEqual([false, undefined]);
  });

  it('end with the process that started them, even by a signal', async () => {
    const module = fileURLToPath(new URL('../../services/start-minio.ts', import.meta.url));
    const code = `const { startMinio } = await import(${JSON.stringify(module)});
      const { pid, folder } = await startMinio();
      console.log(JSON.stringify({ pid, folder }));
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { pid, folder } = JSON.parse(line.toString()) as { pid: number; folder: string };
    expect(processStartedAt(pid)).toBeDefined();
    child.kill('SIGTERM');
    await once(child, 'exit');
    await expect.poll(() => processStartedAt(pid), { timeout: 10_000 }).toBeUndefined();
    rmSync(folder, { recursive: true, force: true });
  });
});
