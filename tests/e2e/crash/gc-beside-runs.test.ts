import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stackIo } from '../../../framework/executor/stack-services.ts';
import { collectGarbage } from '../../../framework/gc/collect-garbage.ts';
import { artifactsOf } from '../../../framework/model/artifact.ts';
import { testService } from '../../services/test-service.ts';
import { type CrashPlace, localPlace, REGISTER, serverPlace } from './crash-place.ts';

/** Processes that run pipelines at the same time, over and over: `SLUICE_GC_PROCESSES=10`. */
const PROCESSES = Number(process.env['SLUICE_GC_PROCESSES'] ?? 10);

function describeGc(name: string, open: () => Promise<CrashPlace>): void {
  describe(`garbage collection beside ${PROCESSES} processes on ${name}`, () => {
    let place: CrashPlace;
    beforeAll(async () => {
      place = await open();
    });
    afterAll(() => place?.dispose());

    /** Every third one has the key of another: it waits, or takes a hit whose run may be deleted under it. */
    const start = (i: number): Promise<number | null> => {
      const params = { size: 30_000, salt: `salt-${i - (i % 3)}`, name: `run-${i}` };
      const { SLUICE_HOME: _home, ...env } = process.env;
      const args = ['--import', pathToFileURL(REGISTER).href, join(place.dir, 'go.ts'), JSON.stringify(params)];
      const child = spawn(process.execPath, args, {
        cwd: place.dir,
        stdio: 'ignore',
        env: { ...env, SLUICE_STACK: place.name },
      });
      return new Promise((done) => child.on('close', done));
    };

    it('never takes what is alive, however often runs and results are deleted meanwhile', async () => {
      const codes = Promise.all(Array.from({ length: PROCESSES }, (_, i) => start(i)));
      let isOver = false;
      void codes.then(() => {
        isOver = true;
      });
      let [collections, removed, deleted] = [0, 0, 0];
      await place.withStack(async (stack) => {
        const { metadataStore: store } = stack;
        while (!isOver) {
          removed += (await collectGarbage({ stack, olderThanMs: 0 })).objects.length;
          collections++;
          // Of those that ended well the oldest goes, and its results with it, while others may be taking them.
          const { items } = await store.listRuns({ status: ['succeeded'], sort: 'oldest' });
          const [oldest] = items.length > 2 ? items : [];
          if (!oldest) continue;
          await store.invalidate({ run: oldest.id });
          await store.deleteRun(oldest.id);
          deleted++;
        }
        expect(await codes).toEqual(Array.from({ length: PROCESSES }, () => 0));
        await allIsThere(stack);
        // How far that came is up to the machine: in the end all go but the last one.
        const { items: rest } = await store.listRuns({ limit: 1000 });
        for (const { id } of rest.slice(1)) {
          await store.invalidate({ run: id });
          await store.deleteRun(id);
          deleted++;
        }
        const last = await collectGarbage({ stack, olderThanMs: -120_000 });
        await allIsThere(stack);
        removed += last.objects.length;
        const again = await collectGarbage({ stack, olderThanMs: -120_000 });
        expect([again.objects, again.kept.by.young.objects, again.kept.by.released.objects]).toEqual([[], 0, 0]);
      });
      console.info(
        `${name}: ${collections} collections beside ${PROCESSES} processes; ${removed} objects of ${deleted} deleted runs went.`,
      );
      expect([collections > 0, deleted > 0, removed > 0]).toEqual([true, true, true]);
    }, 600_000);
  });
}

/** Every byte that a run, an entry or a pin needs, by its digest. */
async function allIsThere(stack: Parameters<Parameters<CrashPlace['withStack']>[0]>[0]): Promise<void> {
  const io = stackIo(stack);
  const { items } = await stack.metadataStore.listRuns({ limit: 1000 });
  const steps = (await Promise.all(items.map(({ id }) => stack.metadataStore.stepRuns(id)))).flat();
  for (const { id, output } of steps) if (output) expect([id, await io.verify(output)]).toEqual([id, []]);
  const { items: entries } = await stack.metadataStore.listCache({ limit: 1000 });
  for (const { key, output } of entries) expect([key, await io.verify(output)]).toEqual([key, []]);
  expect(steps.flatMap(({ output }) => (output ? artifactsOf(output) : [])).length).toBeGreaterThan(0);
}

describeGc('the embedded stack', async () => localPlace());

const [postgres, minio] = [testService('postgres'), testService('minio')];
if (postgres && minio) {
  describeGc('Postgres and MinIO', () => serverPlace({ postgres: postgres.url, minio: minio.url }));
} else {
  describe(`garbage collection beside ${PROCESSES} processes on Postgres and MinIO`, () => {
    it.skip('no Postgres or no MinIO is running: npm run services -- start postgres minio');
  });
}
