import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pipeline, step, stepContext } from 'sluice';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { localArtifactStore } from '../../../framework/adapters/artifact-stores/local.ts';
import { postgresMetadataStore } from '../../../framework/adapters/metadata-stores/postgres.ts';
import { noTracker } from '../../../framework/adapters/trackers/none.ts';
import type { Stack } from '../../../framework/components/stack.ts';
import { findProgram } from '../../services/find-program.ts';
import { type PostgresService, startPostgres } from '../../services/start-postgres.ts';
import { runPipeline, temporaryFolder } from '../../unit/executor/open-test-stack.ts';
import { type TestSchema, testSchema } from './postgres-schema.ts';

const LONG_MS = 120_000;
const calls: string[] = [];
/** While this file is there, `hold` goes on. */
let gate = '';

class Steps {
  @step() async begin(value: number): Promise<number> {
    calls.push('begin');
    return value;
  }
  @step() async hold(value: number): Promise<number> {
    calls.push('hold');
    const { signal } = stepContext();
    while (existsSync(gate)) await pause(10, undefined, { signal });
    return value + 1;
  }
  @step() async end(value: number): Promise<number> {
    calls.push('end');
    return value * 2;
  }
}

@pipeline({ name: 'held' })
class Held {
  async run({ value }: { value: number }) {
    const steps = new Steps();
    return steps.end(await steps.hold(await steps.begin(value)));
  }
}

describe.skipIf(findProgram('postgres') === undefined && process.env['REQUIRE_SERVICES'] !== '1')(
  'runs on a Postgres store',
  () => {
    let server: PostgresService;
    let space: TestSchema;
    let artifacts: string;
    let stacks: Stack[] = [];

    beforeAll(async () => {
      server = await startPostgres();
    }, LONG_MS);

    afterAll(() => server[Symbol.asyncDispose]());

    beforeEach(() => {
      space = testSchema(server.url);
      artifacts = join(temporaryFolder(), 'artifacts');
      gate = join(temporaryFolder(), 'gate');
      writeFileSync(gate, '');
      calls.length = 0;
    });

    afterEach(async () => {
      for (const { metadataStore } of stacks) await metadataStore.close();
      stacks = [];
      await space.drop();
    });

    /** A machine of its own: its home and its connections. The bytes are in a folder that all of them see. */
    async function machine(): Promise<Stack> {
      const metadataStore = postgresMetadataStore({ url: server.url, schema: space.schema });
      await metadataStore.migrate();
      const home = temporaryFolder();
      const stack: Stack = {
        name: 'team',
        projectDir: home,
        home,
        metadataStore,
        artifactStore: localArtifactStore({ path: artifacts }),
        experimentTracker: noTracker(),
        orchestrator: { flavor: 'local', maxParallel: 4 },
        close: async () => {},
      };
      stacks.push(stack);
      return stack;
    }

    const holding = (): Promise<void> => vi.waitFor(() => expect(calls).toContain('hold'), { timeout: LONG_MS });

    it('compute what two machines want at the same time once', { timeout: LONG_MS }, async () => {
      const [one, other] = [await machine(), await machine()];
      const first = runPipeline(Held, { value: 1 }, { stack: one });
      await holding();
      const events: string[] = [];
      const second = runPipeline(Held, { value: 1 }, { stack: other, onEvent: ({ type }) => void events.push(type) });
      await vi.waitFor(() => expect(events).toContain('step-waiting'), { timeout: LONG_MS });
      rmSync(gate);
      expect([(await first).value, (await second).value]).toEqual([4, 4]);
      expect(calls.toSorted()).toEqual(['begin', 'end', 'hold']);
      expect((await second).status).toMatchObject({ begin: 'cached', hold: 'cached' });
    });

    it('go on when the server restarts under them', { timeout: LONG_MS }, async () => {
      const stack = await machine();
      const running = runPipeline(Held, { value: 2 }, { stack });
      await holding();
      await server.stop();
      // The step ends while there is no server to tell.
      rmSync(gate);
      await pause(1500);
      await server.restart();
      const { value, run, status } = await running;
      expect([value, run.status]).toEqual([6, 'succeeded']);
      expect(status).toEqual({ begin: 'succeeded', hold: 'succeeded', end: 'succeeded' });
      const again = await runPipeline(Held, { value: 2 }, { stack: await machine() });
      expect(again.status).toEqual({ begin: 'cached', hold: 'cached', end: 'cached' });
      expect(calls).toEqual(['begin', 'hold', 'end']);
      expect((await stack.metadataStore.attempts(`${run.id}/hold`)).map((one) => one.status)).toEqual(['succeeded']);
    });

    it('are cancelled from another machine', { timeout: LONG_MS }, async () => {
      const [one, other] = [await machine(), await machine()];
      const running = runPipeline(Held, { value: 3 }, { stack: one, grace: { abortMs: 500 } });
      await holding();
      const [run] = (await other.metadataStore.listRuns()).items;
      await other.metadataStore.requestCancel(run!.id);
      expect((await running).run.status).toBe('cancelled');
    });
  },
);
