import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetadataStore } from '../../framework/components/metadata-store.ts';
import { keyOf, sampleCommit, sampleExecutor, sampleRun, sampleStep } from './metadata-store/sample-records.ts';
import type { Answer, Order, Place } from './metadata-store-child.ts';

/** An empty database, and our own connection to it. */
export interface ProcessesHarness {
  readonly place: Place;
  readonly store: MetadataStore;
  readonly dispose: () => Promise<void>;
}

/** Longer than starting a claim on a busy machine takes; the test that waits for its end waits this long. */
const SHORT_LEASE_MS = 4000;

/** What every metadata store promises to several processes, which may die at any moment. */
export function describeProcesses(name: string, open: () => Promise<ProcessesHarness>): void {
  /** The child as one file: it starts in a tenth of the time that loading its hundreds of modules takes. */
  let childFile: string;
  let harness: ProcessesHarness;
  let store: MetadataStore;
  let children: ChildProcess[] = [];

  beforeAll(async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'sluice-child-')), 'child.mjs');
    await build({
      input: join(import.meta.dirname, 'metadata-store-child.ts'),
      platform: 'node',
      logLevel: 'silent',
      // Where the child's file lies, there are no packages.
      output: { file, codeSplitting: false },
    });
    childFile = file;
  });

  afterAll(() => rm(dirname(childFile), { recursive: true, force: true }));

  beforeEach(async () => {
    harness = await open();
    ({ store } = harness);
  });

  afterEach(async () => {
    await Promise.all(children.map(kill));
    children = [];
    await store.close();
    await harness.dispose();
  });

  /** Real processes, all of which meet the database before it exists. */
  async function start(count: number): Promise<readonly ChildProcess[]> {
    const started = Array.from({ length: count }, () =>
      fork(childFile, [JSON.stringify(harness.place)], { execArgv: [] }),
    );
    children.push(...started);
    await Promise.all(started.map(answerOf));
    return started;
  }

  describe(`several processes on one ${name} store`, () => {
    it('create the schema together, and of all who want a key exactly one gets it', async () => {
      const processes = await start(4);
      const keys = Array.from({ length: 50 }, (_, i) => keyOf(`contended ${i}`));
      const answers = await Promise.all(
        processes.map((child, i) => ask(child, { do: 'claim', keys, owner: `process-${i}`, leaseMs: 60_000 })),
      );
      expect(answers.flatMap(({ won }) => won).sort()).toEqual([...keys].sort());
    });

    it.each([2, 20])('that want one key at the same moment, %i of them, compute it once', async (count) => {
      const processes = await start(count);
      const file = join(dirname(childFile), `ran-${count}`);
      const orders = processes.map((_, i) => ({ key: keyOf('load'), run: `run-${i}`, file, hangs: false }));
      await Promise.all(processes.map((child, i) => ask(child, { do: 'prepare', run: orders[i]!.run })));
      const answers = await Promise.all(processes.map((child, i) => ask(child, { do: 'compute', ...orders[i]! })));
      const [ran, ...others] = (await readFile(file, 'utf8')).trim().split('\n');
      expect(others).toEqual([]);
      // All of them have the result of the one that ran, and nobody holds the key any more.
      expect(answers.flatMap(({ won }) => won)).toEqual(Array(count).fill(`${ran}/load`));
      expect('claim' in (await store.claim(keyOf('load'), 'me', 1000))).toBe(true);
      const statuses = await Promise.all(orders.map(async ({ run }) => (await store.stepRuns(run))[0]?.status));
      expect(statuses.toSorted()).toEqual([...Array(count - 1).fill('pending'), 'succeeded']);
    });

    it('take over at once from one that was killed in the middle of the step', async () => {
      const [owner, ...heirs] = await start(3);
      const file = join(dirname(childFile), 'ran-killed');
      const key = keyOf('load');
      for (const [i, child] of [owner!, ...heirs].entries()) await ask(child, { do: 'prepare', run: `run-${i}` });
      owner!.send({ do: 'compute', key, run: 'run-0', file, hangs: true } satisfies Order);
      // Its line, not only the file: a kill may come between the two.
      while (!existsSync(file) || statSync(file).size === 0) await pause(5);
      const waiting = heirs.map((child, i) =>
        ask(child, { do: 'compute', key, run: `run-${i + 1}`, file, hangs: false }),
      );
      await kill(owner!);
      const answers = await Promise.all(waiting);
      const [first, second, ...more] = (await readFile(file, 'utf8')).trim().split('\n');
      expect([first, more]).toEqual(['run-0', []]);
      expect(answers.flatMap(({ won }) => won)).toEqual(Array(2).fill(`${second}/load`));
    });

    it('take over after the lease from one that was killed, and refuse what it left behind', async () => {
      const [owner, heir] = await start(2);
      const key = keyOf('load');
      const order = { do: 'claim', keys: [key], owner: 'dead', leaseMs: SHORT_LEASE_MS } as const;
      expect(await ask(owner!, order)).toEqual({ won: [key] });
      const held = await store.claim(key, 'me', 1000);
      await kill(owner!);
      expect(await ask(heir!, { do: 'claim', keys: [key], owner: 'heir', leaseMs: 60_000 })).toEqual({ won: [] });
      expect(await store.waitForKey(key, 30_000, new AbortController().signal)).toBe(true);
      const taken = await store.claim(key, 'me', 60_000);
      expect('claim' in taken).toBe(true);
      // A commit that the dead process could still have under way is refused by its fence.
      if (!('heldBy' in held)) throw new Error('the owner had no claim');
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      expect(await store.commit(sampleCommit('run-aaaa', 'load', { claim: held.heldBy }))).toBe(false);
    });

    it('free at once the claims of a killed one that was an executor', async () => {
      const [owner] = await start(1);
      const key = keyOf('load');
      await store.registerExecutor(sampleExecutor('executor-1', { pid: owner!.pid! }));
      await store.createRun(sampleRun('run-aaaa'), []);
      await ask(owner!, { do: 'claim', keys: [key], owner: 'executor-1/run-aaaa/load', leaseMs: 3_600_000 });
      await kill(owner!);
      const isAlive = (pid: number): boolean => pid !== owner!.pid;
      expect(await store.markLost({ host: 'here', isAlive, silentForMs: 1000 })).toEqual(['run-aaaa']);
      expect('claim' in (await store.claim(key, 'me', 1000))).toBe(true);
    });

    it('write at the same time without losing a line or failing on a lock', async () => {
      const processes = await start(3);
      const append = (child: ChildProcess, i: number) =>
        ask(child, { do: 'append', stepRun: `run/step-${i}`, lines: 200 });
      await Promise.all(processes.map(append));
      for (let i = 0; i < 3; i++) expect(await store.readLogs(`run/step-${i}`)).toHaveLength(200);
    });

    it('lose nothing that was committed when one is killed in the middle of writing', async () => {
      const [writer] = await start(1);
      writer!.send({ do: 'append', stepRun: 'run/step', lines: 1_000_000 } satisfies Order);
      let seen = 0;
      while (seen < 100) seen = (await store.readLogs('run/step')).length;
      await kill(writer!);
      const lines = await store.readLogs('run/step');
      expect(lines.length).toBeGreaterThanOrEqual(seen);
      expect(lines.map(({ message }) => message)).toEqual(lines.map((_, i) => `line ${i}`));
      await store.appendLogs('run/step', 1, [{ time: 0, level: 'info', source: 'log', message: 'after' }]);
    });
  });
}

async function answerOf(child: ChildProcess): Promise<Answer> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a child ended with ${code}`)));
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  return answer as Answer;
}

async function ask(child: ChildProcess, order: Order): Promise<Answer> {
  const answer = answerOf(child);
  child.send(order);
  return answer;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
