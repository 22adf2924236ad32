import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMachineLedger, stateFolder } from '../../../framework/executor/machine-ledger.ts';
import { temporaryFolder } from './open-test-stack.ts';

const NEVER = new AbortController().signal;
const CAPACITY = { gpu: 1, memory: 100 };

/** A process that asks the ledger: says `waits` and `has`, and gives back when it is told to. */
function contender(
  folder: string,
  wish: object,
): { readonly child: ChildProcess; has(): Promise<void>; waits(): Promise<void> } {
  const child = fork(join(import.meta.dirname, 'machine-ledger-child.ts'), [folder, JSON.stringify(wish)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = new Map<unknown, Promise<void>>(
    ['waits', 'has'].map((word) => {
      const heard = new Promise<void>((resolve) =>
        child.on('message', (message) => {
          if (message === word) resolve();
        }),
      );
      return [word, heard];
    }),
  );
  return { child, has: async () => said.get('has'), waits: async () => said.get('waits') };
}

describe('the ledger of a machine', () => {
  it('lets one process after the other have the one GPU', async () => {
    const folder = temporaryFolder();
    const first = contender(folder, { gpu: 1 });
    await first.has();
    const second = contender(folder, { gpu: 1 });
    await second.waits();
    const small = contender(folder, { memory: 50 });
    await small.has();
    first.child.send('give');
    await second.has();
  });

  it('frees what a killed process held, and what it waited for', async () => {
    const folder = temporaryFolder();
    const first = contender(folder, { gpu: 1 });
    await first.has();
    const waiting = contender(folder, { gpu: 1 });
    await waiting.waits();
    const third = contender(folder, { gpu: 1 });
    await third.waits();
    waiting.child.kill('SIGKILL');
    await once(waiting.child, 'exit');
    first.child.kill('SIGKILL');
    await third.has();
  });

  it('lets nobody overtake who waits for a sum', async () => {
    const folder = temporaryFolder();
    const first = contender(folder, { memory: 60 });
    await first.has();
    const big = contender(folder, { memory: 90 });
    await big.waits();
    const small = contender(folder, { memory: 20 });
    await small.waits();
    first.child.send('give');
    await big.has();
    big.child.send('give');
    await small.has();
  });

  it('counts several runs of one process, and forgets who gives up', async () => {
    const folder = temporaryFolder();
    const ledger = createMachineLedger(() => folder);
    const closed = new AbortController();
    const ask = (signal = NEVER, onWait = () => {}) =>
      ledger.take({ gpu: 1 }, { capacity: CAPACITY, closed: signal, onWait });
    const give = await ask();
    const waits = Promise.withResolvers<void>();
    const second = ask(closed.signal, waits.resolve);
    await waits.promise;
    closed.abort();
    expect(await second).toBeUndefined();
    const third = ask();
    give?.();
    expect(await third).toBeTypeOf('function');
  });

  it('stands in the folder of the user', () => {
    expect(stateFolder({ SLUICE_STATE_DIR: 'x' })).toBe('x');
    expect(stateFolder({ XDG_STATE_HOME: 'y', LOCALAPPDATA: 'y' })).toContain('sluice');
  });
});
