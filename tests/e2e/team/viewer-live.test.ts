import { existsSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunPage } from '../../../framework/server/api/run.ts';
import { canStart } from '../../services/can-start.ts';
import { type PostgresService, startPostgres } from '../../services/start-postgres.ts';
import { WORKSHOP } from '../cli-project.ts';
import { project, sluice } from '../sluice-command.ts';
import { type EventLine, openEvents, startViewer, type Viewer } from '../viewer-process.ts';

/** By hand 1000 and more, where the system lets a process open so many. */
const CLIENTS = Number(process.env['SLUICE_TEST_SSE_CLIENTS'] ?? 100);
const SHARED = { metadata_store: { flavor: 'postgres', url: '${env:SERVER}' } };

describe.skipIf(!canStart('postgres', 'initdb'))('pages that watch runs on a Postgres of their own', () => {
  let postgres: PostgresService;
  let cwd: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    postgres = await startPostgres();
    // JSON is YAML too.
    const files = { 'stacks/shared.yaml': JSON.stringify(SHARED), 'pipelines/workshop.pipeline.ts': WORKSHOP };
    cwd = project(files);
    env = { SERVER: postgres.url, SLUICE_STACK: 'shared' };
  });
  afterAll(async () => {
    await postgres?.[Symbol.asyncDispose]();
    if (cwd) rmSync(cwd, { recursive: true, force: true });
  });

  async function listen(viewer: Viewer, headers?: Record<string, string>): Promise<EventLine> {
    const events = await openEvents(viewer.url, headers);
    onTestFinished(() => events.close());
    await events.came(/: ping/);
    return events;
  }

  /** A run of another process, to its end. */
  async function run(viewer: Viewer, name: string): Promise<string> {
    const { code, stderr } = await sluice(['run', 'workshop', '--name', name, '--quiet'], { cwd, env });
    expect([code, stderr]).toEqual([0, '']);
    const { items } = await viewer.json<RunPage>(`/api/runs?filter=name:${name}`);
    return items[0]?.id ?? '';
  }

  const ended = (id: string): RegExp => new RegExp(`"id":"${id}","status":"succeeded"`);

  it('are told by Postgres what another process does, and go on where they left', async () => {
    const viewer = await startViewer(cwd, [], env);
    const events = await listen(viewer);
    await events.came(ended(await run(viewer, 'first')));
    const last = [...events.text().matchAll(/^id: (\S+)$/gm)].at(-1)?.[1] ?? '';
    events.close();
    // Somebody else stays, so that it is known when what the first one misses has been told.
    const witness = await listen(viewer);
    const second = await run(viewer, 'second');
    await witness.came(ended(second));
    const resumed = await listen(viewer, { 'last-event-id': last });
    await resumed.came(ended(second));
    expect(resumed.text()).not.toContain('"runs":null');
    const stranger = await listen(viewer, { 'last-event-id': 'before.1' });
    await stranger.came(/"runs":null/);
  });

  it('see by themselves what happened while Postgres was away, and what comes then', async () => {
    const viewer = await startViewer(cwd, [], env);
    const pages = [await listen(viewer), await listen(viewer)];
    await pages[0]!.came(ended(await run(viewer, 'before')));
    for (const page of pages) expect(page.text()).not.toContain('"runs":null');
    await postgres.kill();
    expect(await (await fetch(`${viewer.url}/api/health`)).text()).toBe('ok');
    await postgres.restart();
    // The viewer may hear again before or after this one: in either case it has the pages look at everything.
    const meanwhile = await run(viewer, 'meanwhile');
    for (const page of pages) await page.came(/"runs":null/);
    expect((await viewer.json<RunPage>('/api/runs')).items.map(({ id }) => id)).toContain(meanwhile);
    const after = await run(viewer, 'after');
    for (const page of pages) await page.came(ended(after));
  });

  it('leave nothing behind, however many come and go', async () => {
    const viewer = await startViewer(cwd, [], env);
    const { pid } = viewer;
    // Where the system tells how many files and sockets a process has open.
    const opened = (): number => (existsSync(`/proc/${pid}/fd`) ? readdirSync(`/proc/${pid}/fd`).length : 0);
    await viewer.json('/api/runs');
    const before = opened();
    const lines: EventLine[] = [];
    while (lines.length < CLIENTS) {
      const some = Array.from({ length: Math.min(100, CLIENTS - lines.length) }, () => openEvents(viewer.url));
      lines.push(...(await Promise.all(some)));
    }
    const id = await run(viewer, 'crowd');
    await Promise.all(lines.map((line) => line.came(ended(id))));
    for (const line of lines) line.close();
    while (opened() > before + 10) await wait(50);
    expect((await viewer.json<RunPage>('/api/runs?filter=name:crowd')).total).toBe(1);
  });
});
