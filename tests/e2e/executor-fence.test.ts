import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testService } from '../services/test-service.ts';
import { executorProject } from './executor-project.ts';
import { testSchema } from './postgres/postgres-schema.ts';

/** Milliseconds: a lease that a test can wait for, and that a process which runs renews many times. */
const LEASE_MS = 3000;

/** An executor is stopped in the middle of a step, another one takes its key over and commits; then the first goes on. */
async function sleepThroughLease(env: Readonly<Record<string, string>>, prepare: (dir: string) => void): Promise<void> {
  const project = executorProject();
  prepare(project.dir);
  const params = { ms: 3000, ranFile: project.ranFile };
  const leased = { ...env, SLUICE_LEASE_MS: String(LEASE_MS) };
  const sleeper = project.go('Slow', params, leased);
  await sleeper.until('step-log');
  // Not while it writes that line down: asleep with the lock of a SQLite database it would hold up everybody, and that is another matter.
  await pause(1000);
  sleeper.child.kill('SIGSTOP');
  onTestFinished(() => void sleeper.child.kill('SIGCONT'));
  const successor = project.go('Slow', params, leased);
  const taken = await successor.finished;
  expect(taken?.steps.map(({ node, status }) => [node, status])).toEqual([
    ['quick', 'cached'],
    ['slow', 'succeeded'],
  ]);
  sleeper.child.kill('SIGCONT');
  const awake = await sleeper.finished;
  expect([awake?.run.status, awake?.run.result]).toEqual(['succeeded', 'quick and slow']);
  // What it made itself is no one's result: it took that of its successor.
  const [, slow] = awake?.steps ?? [];
  expect([slow?.status, slow?.origin]).toEqual(['cached', `${taken?.run.id}/slow`]);
  expect(slow?.output).toEqual(taken?.steps[1]?.output);
  expect(project.ran()).toBe('quick\nslow\nslow\n');
}

describe.skipIf(process.platform === 'win32')('an executor that slept through its lease', () => {
  it('cannot commit over its successor, and ends with the result of that (SQLite)', async () => {
    await sleepThroughLease({}, () => {});
  });

  const postgres = testService('postgres');
  it.skipIf(!postgres)('cannot commit over its successor, and ends with the result of that (Postgres)', async () => {
    const { schema, drop } = testSchema(postgres?.url ?? '');
    onTestFinished(drop);
    const metadata = { flavor: 'postgres', url: postgres?.url, schema };
    await sleepThroughLease({ SLUICE_STACK: 'shared' }, (dir) => {
      mkdirSync(join(dir, 'stacks'), { recursive: true });
      // JSON is YAML; what is left out is embedded.
      writeFileSync(join(dir, 'stacks', 'shared.yaml'), JSON.stringify({ metadata_store: metadata }));
    });
  });
});
