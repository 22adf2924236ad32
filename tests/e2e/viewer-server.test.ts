import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Run } from '../../framework/server/api/run.ts';
import type { Step } from '../../framework/server/api/step.ts';
import { WORKSHOP } from './cli-project.ts';
import { project, sluice, startSluice } from './sluice-command.ts';
import { type EventLine, openEvents, startViewer, type Viewer } from './viewer-process.ts';

/** By hand 10000, where the system lets a process open so many. */
const CLIENTS = Number(process.env['SLUICE_TEST_SSE_CLIENTS'] ?? 300);

let cwd: string;
beforeAll(() => {
  cwd = project({ 'pipelines/workshop.pipeline.ts': WORKSHOP });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface RunView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
}

/** The run as soon as it has ended. */
async function endOf(viewer: Viewer, id: string): Promise<RunView> {
  for (;;) {
    const run = await viewer.json<RunView>(`/api/runs/${id}`);
    if (!['pending', 'running'].includes(run.status)) return run;
    await wait(50);
  }
}

async function listen(viewer: Viewer, headers?: Record<string, string>): Promise<EventLine> {
  const events = await openEvents(viewer.url, headers);
  onTestFinished(() => events.close());
  await events.came(/: ping/);
  return events;
}

describe('sluice viewer', () => {
  it('shows a run of another process while it goes on, and stops it', async () => {
    const viewer = await startViewer(cwd);
    const events = await listen(viewer);
    const command = startSluice(['run', 'workshop', '--name', 'watched', '--drying.seconds', '600'], { cwd });
    const [, id = ''] = await events.came(/event: run\ndata: \{"id":"(\w+)","status":"running"\}/);
    await command.said('✓ paint');
    expect((await command.said('Watch it')).includes(`${viewer.url}/runs/${id}`)).toBe(true);
    const logs = await viewer.json<{ items: { message: string }[] }>(`/api/runs/${id}/logs?step=saw`);
    expect(logs.items.map(({ message }) => message)).toEqual(expect.arrayContaining(['sawing', 'zzz']));
    expect((await viewer.send('POST', `/api/runs/${id}/delete`)).status).toBe(400);
    expect((await viewer.send('POST', `/api/runs/${id}/cancel`)).status).toBe(200);
    await events.came(new RegExp(`"id":"${id}","status":"cancelled"`));
    expect((await command.ended).code).toBe(130);
    const last = [...events.text().matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '';
    events.close();
    await sluice(['run', 'workshop', '--name', 'later', '--quiet'], { cwd });
    const resumed = await listen(viewer, { 'last-event-id': last });
    // States are told to who listens; who was away is told which runs changed, or that it shall look at everything.
    const { items } = await viewer.json<{ items: RunView[] }>('/api/runs?filter=name:later');
    await resumed.came(new RegExp(`"runs":(null|\\[[^\\]]*"${items[0]?.id}")`));
  });

  it('runs a pipeline with edited parameters, and resumes what failed', async () => {
    const viewer = await startViewer(cwd);
    const begun = await viewer.send('POST', '/api/pipelines/workshop/runs', {
      params: { color: 'green', length: 4, name: '--crash' },
      tags: ['from page'],
      name: 'edited',
    });
    expect(begun).toEqual({ status: 202, body: { id: expect.any(String), name: 'edited' } });
    const { id } = begun.body as { readonly id: string };
    expect(await endOf(viewer, id)).toMatchObject({
      status: 'succeeded',
      params: { color: 'green', length: 4, name: '--crash', crash: false },
      tags: ['from page'],
    });
    const schema = await viewer.json<{ schema: { properties: object } }>('/api/pipelines/workshop');
    expect(Object.keys(schema.schema.properties)).toEqual(['length', 'color', 'crash', 'drying', 'name']);

    const wrong = await viewer.send('POST', '/api/pipelines/workshop/runs', { params: { color: 'blue' } });
    expect(wrong).toEqual({
      status: 400,
      body: { error: expect.objectContaining({ code: expect.stringMatching(/^ERR_(PARAMS|CONFIG)$/) }) },
    });
    expect(JSON.stringify(wrong.body)).not.toContain(cwd);

    const failed = await viewer.send('POST', '/api/pipelines/workshop/runs', { params: { crash: true } });
    const { id: crashed } = failed.body as { readonly id: string };
    expect((await endOf(viewer, crashed)).status).toBe('failed');
    const resumed = await viewer.send('POST', `/api/runs/${crashed}/resume`);
    expect(resumed.status).toBe(202);
    const after = await viewer.json<{ resumedFrom: string }>(`/api/runs/${(resumed.body as { id: string }).id}`);
    expect(after.resumedFrom).toBe(crashed);
    await endOf(viewer, (resumed.body as { id: string }).id);
  });

  it('lets what it started go on when it ends, and leaves nothing behind', async () => {
    const command = startSluice(['viewer', '--port', '0', '--quiet'], { cwd });
    const url = (await command.said(/^http\S+\n/)).trim();
    const answer = await fetch(new URL('/api/pipelines/workshop/runs', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ params: { drying: { seconds: 3 } }, noCache: true }),
    });
    const { id } = (await answer.json()) as { readonly id: string };
    expect(existsSync(join(cwd, '.sluice', 'viewer.json'))).toBe(true);
    command.signal('SIGINT');
    expect(await command.ended).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(cwd, '.sluice', 'viewer.json'))).toBe(false);
    const viewer = await startViewer(cwd);
    expect((await endOf(viewer, id)).status).toBe('succeeded');
    expect(readdirSync(join(cwd, '.sluice', 'viewer'))).toEqual([]);
  });

  it('asks for a token where it is told to, and where others could come', async () => {
    const viewer = await startViewer(cwd, ['--token', 'read']);
    expect(viewer.link).toMatch(/\?token=[\w-]{43}$/);
    expect((await fetch(`${viewer.url}/api/runs`)).status).toBe(401);
    const login = await fetch(viewer.link, { redirect: 'manual' });
    const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    expect([login.status, login.headers.get('location')]).toEqual([303, '/']);
    expect(await (await fetch(`${viewer.url}/api/info`, { headers: { cookie } })).json()).toMatchObject({
      role: 'read',
    });
    expect((await viewer.send('POST', '/api/runs/latest/delete')).status).toBe(403);

    const listed = await sluice(['viewer', 'token', 'list', '--output', 'json'], { cwd });
    const [token] = (JSON.parse(listed.stdout) as { items: { id: string; role: string }[] }).items;
    expect(token?.role).toBe('read');
    expect((await sluice(['viewer', 'token', 'revoke', token?.id ?? ''], { cwd })).code).toBe(0);
    expect((await fetch(`${viewer.url}/api/info`, { headers: { cookie } })).status).toBe(401);

    const open = await startViewer(cwd, ['--host', '0.0.0.0']);
    const port = new URL(open.url).port;
    expect((await fetch(`http://127.0.0.1:${port}/api/info`)).status).toBe(401);
    expect(
      (await fetch(`http://127.0.0.1:${port}/api/info?token=${new URL(open.link).searchParams.get('token')}`)).status,
    ).toBe(401);
  });

  it('says what is wrong when it can not be served', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const taken = await sluice(['viewer', '--port', String((stranger.address() as AddressInfo).port)], { cwd });
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining('is taken')]);
    const nowhere = await sluice(['viewer', '--host', '203.0.113.7', '--port', '0'], { cwd });
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('no address of this machine')]);
  });

  it('is found by a second start, which says where and ends', async () => {
    const first = startSluice(['viewer', '--port', '0', '--output', 'json'], { cwd });
    onTestFinished(async () => {
      first.signal('SIGINT');
      await first.ended;
    });
    const [line = ''] = (await first.said(/^\{.*\}\n/)).split('\n');
    const { url, pid } = JSON.parse(line) as { readonly url: string; readonly pid: number };
    expect(JSON.parse(line)).toEqual({ url, link: `${url}/`, stack: 'local', pid, wasRunning: false });
    const { port } = new URL(url);
    const second = await sluice(['viewer', '--port', port, '--output', 'json'], { cwd });
    expect([second.code, JSON.parse(second.stdout)]).toEqual([
      0,
      { url, link: `${url}/`, stack: 'local', pid, wasRunning: true },
    ]);
    expect((await sluice(['viewer', '--port', port], { cwd })).stdout).toContain('runs already');
    // Who asks for more than what is served there is told that the port is taken.
    expect((await sluice(['viewer', '--port', port, '--token'], { cwd })).code).toBe(2);
    expect(await (await fetch(`${url}/api/health`)).text()).toBe('ok');
  });

  it('answers while another process keeps the record locked, and writes when it can', async () => {
    const viewer = await startViewer(cwd);
    await sluice(['run', 'workshop', '--name', 'noted', '--quiet'], { cwd });
    const database = new DatabaseSync(join(cwd, '.sluice', 'sluice.db'));
    onTestFinished(() => database.close());
    database.exec('begin immediate');
    const patched = viewer.send('PATCH', '/api/runs/noted', { notes: 'locked out' });
    for (let i = 0; i < 10; i++)
      expect((await viewer.json<RunView & { notes: string }>('/api/runs/noted')).notes).toBe('');
    database.exec('commit');
    expect(await patched).toMatchObject({ status: 200, body: { notes: 'locked out' } });
  });

  it('shows the lines of the source where a step failed, as they were then', async () => {
    const viewer = await startViewer(cwd);
    await sluice(['run', 'workshop', '--name', 'crashed', '--crash', '--quiet'], { cwd });
    const step = await viewer.json<Step>('/api/runs/crashed/steps/paint');
    const excerpt = step.error?.excerpt;
    const source = WORKSHOP.split('\n');
    const line = source.findIndex((text) => text.includes('the tin is empty')) + 1;
    expect(excerpt).toMatchObject({ file: 'pipelines/workshop.pipeline.ts', line, firstLine: line - 5 });
    expect(excerpt?.lines).toEqual(source.slice(line - 6, line + 5));
    expect(step.tries[0]?.error?.excerpt).toEqual(excerpt);
    expect(JSON.stringify((await viewer.json<Run>('/api/runs/crashed')).steps)).not.toContain('excerpt');
  });

  it('loses nothing and keeps nothing of many clients that come and go', async () => {
    const viewer = await startViewer(cwd);
    const { pid } = viewer;
    // Where the system tells how many files and sockets a process has open.
    const opened = (): number => (existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : 0);
    await viewer.json('/api/runs');
    const before = opened();
    const lines: EventLine[] = [];
    while (lines.length < CLIENTS) {
      lines.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(100, CLIENTS - lines.length) }, () => openEvents(viewer.url)),
        )),
      );
    }
    await sluice(['run', 'workshop', '--name', 'crowd', '--quiet'], { cwd });
    await Promise.all(lines.map((line) => line.came(/"status":"(succeeded|cached)"/)));
    for (const line of lines) line.close();
    while (opened() > before + 10) await wait(50);
    expect((await viewer.json<{ total: number }>('/api/runs?filter=name:crowd')).total).toBe(1);
  });
});

describe('runs list --filter', () => {
  it('takes what the page takes, and points at what it does not understand', async () => {
    await sluice(['run', 'workshop', '--name', 'listed', '--length', '7', '--quiet'], { cwd });
    const list = async (filter: string) => {
      const { stdout } = await sluice(['runs', 'list', '--filter', filter, '--output', 'json'], { cwd });
      return (JSON.parse(stdout) as { items: RunView[] }).items.map(({ name }) => name);
    };
    expect(await list('params.length=7 metrics.gloss>0.6 -status:failed')).toEqual(['listed']);
    expect(await list('params.length>7')).toEqual([]);
    const wrong = await sluice(['runs', 'list', '--filter', 'status:faild'], { cwd });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('Did you mean failed')]);
  });
});
