import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sqliteMetadataStore } from '../../../framework/adapters/metadata-stores/sqlite.ts';
import { NOON, sampleRun, sampleStep } from '../../conformance/metadata-store/sample-records.ts';
import { openTestStack, temporaryFolder } from '../executor/open-test-stack.ts';
import { openTestServer, type TestServer } from './open-test-server.ts';

const LINES = 20_000;
const STEPS = 2000;

/**
 * A server over a record that takes long to read: a long log, long curves, many steps. SQLite answers within the call, so nothing but slices of our own
 * lets others in between.
 */
async function openHeavyServer(): Promise<TestServer> {
  const home = temporaryFolder();
  const metadataStore = sqliteMetadataStore({ path: join(home, 'sluice.db'), yields: true });
  onTestFinished(() => metadataStore.close());
  const server = await openTestServer({ stack: { ...(await openTestStack(home)), metadataStore } });
  const ended = { status: 'succeeded', endedAt: NOON + 1 } as const;
  await metadataStore.createRun(sampleRun('long', ended), [sampleStep('long', 'load', ended)]);
  const nodes = Array.from({ length: STEPS }, (_, i) => `node-${i}`);
  const plan = { nodes: nodes.map((id) => ({ id, step: 'work', parents: [], inputs: [] })) };
  await metadataStore.createRun(
    sampleRun('wide', { ...ended, plan }),
    nodes.map((node) => sampleStep('wide', node, { ...ended, startedAt: NOON })),
  );
  for (let from = 0; from < LINES; from += 10_000) {
    const numbers = Array.from({ length: 10_000 }, (_, i) => from + i);
    await metadataStore.appendLogs(
      'long/load',
      1,
      numbers.map((n) => ({ time: NOON + n, level: 'info', source: 'log', message: `line ${n}` })),
    );
    await metadataStore.track(
      'long/load',
      numbers.map((n) => ({ kind: 'metric', name: 'loss', value: n, step: n, time: NOON + n })),
    );
  }
  return server;
}

/** How often the event loop came round while something was done: how often others had their turn. */
async function turnsOf(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isGoing = true;
  const count = (): void => {
    turns++;
    if (isGoing) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isGoing = false;
  return turns;
}

describe('while something long is asked of the server', () => {
  it('others have their turn again and again', async () => {
    const server = await openHeavyServer();
    const bytes = async (path: string): Promise<number> => (await (await server.get(path)).arrayBuffer()).byteLength;
    const [word, download, curves, wide] = [
      '/api/runs/long/logs?search=nowhere',
      '/api/runs/long/logs/download',
      '/api/runs/long/metrics',
      '/api/runs/wide',
    ];
    expect(await turnsOf(() => bytes(word))).toBeGreaterThanOrEqual(LINES / 5000);
    expect(await turnsOf(() => bytes(wide))).toBeGreaterThanOrEqual(STEPS / 500);
    // Pages that are short together share a turn.
    expect(await turnsOf(() => bytes(download))).toBeGreaterThan(3);
    expect(await turnsOf(() => bytes(curves))).toBeGreaterThan(3);
    for (const heavy of [word, download, curves, wide]) {
      const order: string[] = [];
      const slow = bytes(heavy).then(() => order.push('slow'));
      await new Promise(setImmediate);
      await bytes('/api/runs?limit=5').then(() => order.push('quick'));
      await slow;
      expect(order, heavy).toEqual(['quick', 'slow']);
    }
    const order: string[] = [];
    const deletion = server.send('POST', '/api/runs/long/delete').then(() => order.push('deleted'));
    await new Promise(setImmediate);
    const during = await server.get('/api/runs?limit=5');
    order.push(`listed ${((await during.json()) as { items: object[] }).items.length}`);
    await deletion;
    expect(order).toEqual(['listed 2', 'deleted']);
    expect((await server.get('/api/runs/long')).status).toBe(404);
  });
});
