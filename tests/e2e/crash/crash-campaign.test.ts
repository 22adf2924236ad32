import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testService } from '../../services/test-service.ts';
import { type Baseline, baselineOf, crashOnce, type Killed, randomBy, randomKill } from './crash-campaign.ts';
import { type CrashPlace, localPlace, serverPlace } from './crash-place.ts';

/** How often a run is killed in each place, and the seed of when: `SLUICE_CRASHES=200 SLUICE_CRASH_SEED=7 vitest run tests/e2e/crash`. */
const CRASHES = Number(process.env['SLUICE_CRASHES'] ?? 6);
const SEED = Number(process.env['SLUICE_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** Bytes: more than a part of an upload, and more than is written at once. */
const SIZE = 5_400_000;
/** The store is emptied so often: in between, saves meet what earlier runs stored, under new keys. */
const EMPTIED_EVERY = 3;

function describeCrashes(name: string, open: () => Promise<CrashPlace>): void {
  describe(`a run on ${name} that is killed at any instant`, () => {
    let place: CrashPlace;
    let baseline: Baseline;
    beforeAll(async () => {
      place = await open();
      baseline = await baselineOf(place, SIZE);
    });
    afterAll(() => place?.dispose());

    it(
      `${CRASHES} times (seed ${SEED}): loses nothing, leaves nothing, and is continued to the same result`,
      async () => {
        const random = randomBy(SEED);
        const killed: Killed[] = [];
        let freed = 0;
        for (let i = 0; i < CRASHES; i++) {
          const kill = randomKill(random, baseline);
          if (i % EMPTIED_EVERY === 0) await place.clear();
          const salt = `${SEED}-${i}`;
          try {
            const done = await crashOnce(place, { size: SIZE, salt, kill, baseline });
            if (done.killed) killed.push(done.killed);
            freed += done.freed;
          } catch (error) {
            const what = `Crash ${i} of seed ${SEED} in ${place.dir}: ${JSON.stringify(kill)}`;
            throw new Error(`${what}\n${(error as Error).message}`, { cause: error });
          }
        }
        const of = (match: Partial<Killed>): number =>
          killed.filter((one) => Object.entries(match).every(([key, value]) => one[key as keyof Killed] === value))
            .length;
        console.info(
          `${name}: ${killed.length} of ${CRASHES} were killed (seed ${SEED}): ${of({ who: 'executor' })} executors, ${of({ who: 'worker' })} workers; ` +
            `${of({ during: 'an upload' })} in an upload, ${of({ during: 'a commit' })} in a commit; ${freed} bytes of orphans collected.`,
        );
        expect(killed.length).toBeGreaterThan(0);
      },
      60_000 + CRASHES * 60_000,
    );
  });
}

describeCrashes('the embedded stack', async () => localPlace());

const [postgres, minio] = [testService('postgres'), testService('minio')];
if (postgres && minio) {
  describeCrashes('Postgres and MinIO', () => serverPlace({ postgres: postgres.url, minio: minio.url }));
} else {
  describe('a run on Postgres and MinIO that is killed at any instant', () => {
    it.skip('no Postgres or no MinIO is running: npm run services -- start postgres minio');
  });
}
