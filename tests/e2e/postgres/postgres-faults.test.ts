import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type PostgresMetadataStoreOptions,
  postgresMetadataStore,
} from '../../../framework/adapters/metadata-stores/postgres.ts';
import type { MetadataStore } from '../../../framework/components/metadata-store.ts';
import { SluiceError } from '../../../framework/errors.ts';
import { claimed } from '../../conformance/metadata-store/claimed.ts';
import { keyOf, sampleCommit, sampleRun, sampleStep } from '../../conformance/metadata-store/sample-records.ts';
import { type DroppingProxy, startDroppingProxy } from '../../services/dropping-proxy.ts';
import { findProgram } from '../../services/find-program.ts';
import { type PostgresService, startPostgres } from '../../services/start-postgres.ts';
import { type TestSchema, testSchema } from './postgres-schema.ts';

const LONG_MS = 120_000;
/** Resets every connection again and again while `work` goes on, each time that it got some steps further. Returns how often. */
async function disturbed(proxy: DroppingProxy, work: (onStep: () => void) => Promise<void>): Promise<number> {
  let [steps, resets, isDone] = [0, 0, false];
  const working = work(() => {
    steps++;
  }).finally(() => {
    isDone = true;
  });
  const resetting = async (): Promise<void> => {
    while (!isDone) {
      for (const before = steps; steps < before + 3 && !isDone; ) await pause(1);
      await pause(resets % 7);
      await proxy.refuse();
      await proxy.pass();
      resets++;
    }
  };
  await Promise.all([working, resetting()]);
  return resets;
}

const line = (i: number) => ({ time: i, level: 'info', source: 'log', message: `line ${i}` }) as const;

describe.skipIf(findProgram('postgres') === undefined && process.env['REQUIRE_SERVICES'] !== '1')(
  'a Postgres store whose server or network fails',
  () => {
    let server: PostgresService;
    let space: TestSchema;
    let opened: { close(): Promise<void> }[] = [];

    beforeAll(async () => {
      server = await startPostgres();
    }, LONG_MS);

    afterAll(() => server[Symbol.asyncDispose]());

    beforeEach(() => {
      space = testSchema(server.url);
    });

    afterEach(async () => {
      for (const one of opened) await one.close();
      opened = [];
      await space.drop();
    });

    async function open(options: PostgresMetadataStoreOptions = {}): Promise<MetadataStore> {
      const store = postgresMetadataStore({ url: server.url, schema: space.schema, ...options });
      opened.push(store);
      await store.migrate();
      return store;
    }

    async function throughProxy(): Promise<{ store: MetadataStore; proxy: DroppingProxy }> {
      const proxy = await startDroppingProxy({ target: server.port });
      const store = await open({ port: proxy.port });
      opened.push(proxy);
      return { store, proxy };
    }

    /** Three writers at once, each line by line: a lost one, a doubled one or a swapped one shows. */
    async function writeLines(store: MetadataStore, count: number, onLine = () => {}): Promise<void> {
      const write = async (writer: number): Promise<void> => {
        for (let i = 0; i < count; i++) {
          await store.appendLogs(`run/step-${writer}`, 1, [line(i)]);
          onLine();
        }
      };
      await Promise.all([0, 1, 2].map(write));
    }

    async function expectLines(store: MetadataStore, count: number): Promise<void> {
      const expected = Array.from({ length: count }, (_, i) => `line ${i}`);
      for (const writer of [0, 1, 2]) {
        expect((await store.readLogs(`run/step-${writer}`)).map(({ message }) => message)).toEqual(expected);
      }
    }

    const firstLines = (store: MetadataStore): Promise<void> =>
      vi.waitFor(async () => expect((await store.readLogs('run/step-0')).length).toBeGreaterThan(5), LONG_MS);

    it('goes on after a restart in the middle of work, with every line once', { timeout: LONG_MS }, async () => {
      const store = await open();
      const writing = writeLines(store, 150);
      await firstLines(store);
      await server.restart();
      await writing;
      await expectLines(store, 150);
    });

    it('goes on after a crash of the server, with every line once', { timeout: LONG_MS }, async () => {
      const store = await open();
      const writing = writeLines(store, 150);
      await firstLines(store);
      await server.kill();
      await server.restart();
      await writing;
      await expectLines(store, 150);
    });

    it('does nothing twice when answers get lost again and again', { timeout: LONG_MS }, async () => {
      const { store, proxy } = await throughProxy();
      const resets = await disturbed(proxy, (onStep) => writeLines(store, 100, onStep));
      expect(resets).toBeGreaterThan(10);
      await expectLines(store, 100);
    });

    it('keeps claims and commits single when answers get lost', { timeout: LONG_MS }, async () => {
      const { store, proxy } = await throughProxy();
      const nodes = Array.from({ length: 60 }, (_, i) => `node-${i}`);
      const steps = nodes.map((node) => sampleStep('run-aaaa', node));
      await store.createRun(sampleRun('run-aaaa'), steps);
      const resets = await disturbed(proxy, async (onStep) => {
        for (const node of nodes) {
          const claim = await claimed(store, node, `executor/run-aaaa/${node}`, 60_000);
          onStep();
          expect(await store.commit(sampleCommit('run-aaaa', node, { claim }))).toBe(true);
          onStep();
        }
      });
      expect(resets).toBeGreaterThan(10);
      expect((await store.stepRuns('run-aaaa')).filter(({ status }) => status === 'succeeded')).toHaveLength(60);
      expect((await store.listCache({ limit: 100 })).items).toHaveLength(60);
    });

    it('waits for a network that swallows everything for five seconds', { timeout: LONG_MS }, async () => {
      const { store, proxy } = await throughProxy();
      const writing = writeLines(store, 60);
      await firstLines(store);
      proxy.drop();
      await pause(5000);
      await proxy.pass();
      await writing;
      await expectLines(store, 60);
    });

    it('wakes who waits for a key that was given back while the connection was away', {
      timeout: LONG_MS,
    }, async () => {
      const { store, proxy } = await throughProxy();
      const other = await open();
      const claim = await claimed(other, 'a', 'other', 600_000);
      const told: (readonly string[] | null)[] = [];
      const stop = await store.watch(({ runs }) => told.push(runs));
      const waiting = store.waitForKey(keyOf('a'), LONG_MS, new AbortController().signal);
      await store.waitForKey(keyOf('a'), 50, new AbortController().signal);
      await proxy.refuse();
      await other.releaseClaim(claim);
      await proxy.pass();
      expect(await waiting).toBe(true);
      // What was missed is unknown, and said to be.
      await vi.waitFor(() => expect(told).toContain(null), { timeout: LONG_MS });
      await other.createRun(sampleRun('run-after'), []);
      await vi.waitFor(() => expect(told.flat()).toContain('run-after'), { timeout: LONG_MS });
      await stop();
    });

    it('measures leases by the clock of the server, whatever the clock of a machine says', async () => {
      const store = await open();
      await store.claim(keyOf('a'), 'me', 600_000);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 24 * 3_600_000 });
      try {
        const other = await open();
        expect(await other.claim(keyOf('a'), 'you', 1000)).toMatchObject({ heldBy: { owner: 'me' } });
        await other.registerExecutor({ id: 'executor-1', host: 'there', pid: 1, startedAt: Date.now() });
        await other.createRun(sampleRun('run-aaaa'), []);
      } finally {
        vi.useRealTimers();
      }
      const silent = { host: 'here', isAlive: () => false, silentForMs: 60_000 };
      expect(await store.markLost(silent)).toEqual([]);
    });

    it('says who refuses and what to do, without the password', async () => {
      const { port } = server;
      const nobody = await startDroppingProxy({ target: port });
      await nobody.refuse();
      await space.query('create role "guest" login password \'guest-secret\'');
      const guest = { url: `postgres://guest:guest-secret@127.0.0.1:${port}/postgres` };
      const cases: readonly (readonly [PostgresMetadataStoreOptions, string, RegExp])[] = [
        [{ password: 'canary-4711' }, 'ERR_STORE_OPEN', /password.*secret set/s],
        [{ database: 'nowhere' }, 'ERR_STORE_OPEN', /no database nowhere.*create database "nowhere"/s],
        [{ port: nobody.port }, 'ERR_STORE_UNREACHABLE', /no server listens there/],
        [{ tls: 'require' }, 'ERR_STORE_OPEN', /does not speak TLS.*tls: disable/s],
        [guest, 'ERR_STORE_OPEN', /guest.*create schema if not exists/s],
      ];
      for (const [options, code, words] of cases) {
        const store = postgresMetadataStore({ url: server.url, schema: space.schema, ...options });
        const error: unknown = await store.migrate().catch((fault: unknown) => fault);
        await store.close();
        if (!(error instanceof SluiceError)) throw error;
        expect([error.code, `${error.message} ${error.hint}`]).toEqual([code, expect.stringMatching(words)]);
        expect(`${error.message} ${error.hint}`).toContain('postgres');
        expect(`${error.message} ${error.hint}`).not.toMatch(/canary|guest-secret/);
        expect(error.message).not.toContain(server.password);
      }
      await space.query('drop role "guest"');
    });

    it('checks itself, and makes the schema when asked to', async () => {
      const store = postgresMetadataStore({ url: server.url, schema: space.schema });
      opened.push(store);
      const check = (name: string) => store.checks().find((one) => one.check === name)!;
      await expect(check('schema').run()).rejects.toThrow(space.schema);
      await check('schema').fix?.();
      for (const one of store.checks()) expect([one.check, await one.run()]).toEqual([one.check, expect.any(String)]);
      expect(await space.query("select tablename from pg_tables where tablename = 'sluice_doctor'")).toEqual([]);
    });

    it('gives up a server that stays away, and says so', { timeout: LONG_MS }, async () => {
      const { store, proxy } = await throughProxy();
      await proxy.refuse();
      vi.useFakeTimers({ toFake: ['performance'] });
      try {
        const asked = store.listRuns().catch((fault: unknown) => fault);
        await pause(500);
        vi.advanceTimersByTime(61_000);
        expect(await asked).toMatchObject({ code: 'ERR_STORE_UNREACHABLE' });
      } finally {
        vi.useRealTimers();
      }
    });
  },
);
