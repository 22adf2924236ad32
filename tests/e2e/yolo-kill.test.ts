import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice, startSluice } from './sluice-command.ts';

const cwd = resolve(import.meta.dirname, '..', '..');
const EPOCHS = 8;
const SMALL = ['--data', 'shapes:train=16,val=8', '--imgsz', '64', '--batch', '4', '--epochs', String(EPOCHS)];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-kill-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** The command on a store of its own. */
const at = (home: string) => ({ cwd, env: { SLUICE_HOME: join(folder, home) } });

async function json<T>(args: readonly string[], home: string): Promise<T> {
  const { stdout, stderr } = await sluice([...args, '--output', 'json'], at(home));
  expect(stderr).toBe('');
  return JSON.parse(stdout) as T;
}

/** Digests of all that train_yolo put out, but for results.csv, which holds seconds. */
async function trained(run: string, home: string): Promise<Record<string, string>> {
  type Listed = {
    readonly items: readonly { readonly step: string; readonly field: string; readonly digest: string }[];
  };
  const { items } = await json<Listed>(['artifacts', 'list', '--run', run, '--limit', '100'], home);
  const own = items.filter(({ step, field }) => step === 'train_yolo' && !field.startsWith('results'));
  return Object.fromEntries(own.map(({ field, digest }) => [field, digest]));
}

/** Starts a training and sends it a signal at some moment of its third epoch, whichever that is. @returns what it had said and its exit code. */
async function stopSoon(signal: NodeJS.Signals, args: readonly string[]) {
  const started = startSluice(['run', 'train-yolo', ...args], at('disturbed'));
  await started.said(/epoch \d\/\d: box/);
  const firstEnd = performance.now();
  await started.said(/(epoch \d\/\d: box.*){2}/s);
  // A share of what an epoch takes on this machine.
  await pause(Math.random() * (performance.now() - firstEnd));
  started.signal(signal);
  return started.ended;
}

describe('a training that is stopped again and again', () => {
  it('continues after its last checkpoint, and ends with the same bytes as an undisturbed one', async () => {
    const whole = await sluice(['run', 'train-yolo', '--name', 'whole', ...SMALL], at('undisturbed'));
    expect(whole.code).toBe(0);

    const interrupted = await stopSoon('SIGINT', ['--name', 'interrupted', ...SMALL]);
    expect(interrupted.code).toBe(130);
    expect(readdirSync(join(folder, 'disturbed', 'checkpoints'))).toHaveLength(1);

    // Another seed is another training: it begins at its beginning.
    const other = await stopSoon('SIGINT', ['--name', 'other', '--seed', '7', ...SMALL]);
    expect(other.stdout).not.toContain('Continuing after epoch');
    expect(readdirSync(join(folder, 'disturbed', 'checkpoints'))).toHaveLength(2);

    const killed = await stopSoon('SIGKILL', ['--name', 'killed', ...SMALL]);
    expect(killed.stdout).toMatch(/Continuing after epoch \d from its checkpoint\./);
    const { items } = await json<{ items: { name: string; status: string }[] }>(['runs', 'list'], 'disturbed');
    expect(Object.fromEntries(items.map(({ name, status }) => [name, status]))).toEqual({
      interrupted: 'cancelled',
      other: 'cancelled',
      killed: 'lost',
    });

    const resumed = await sluice(['runs', 'resume', 'killed'], at('disturbed'));
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/Continuing after epoch \d from its checkpoint\./);
    expect(resumed.stdout).not.toContain(`epoch 1/${EPOCHS}: box`);
    const weights = await trained('latest', 'disturbed');
    expect(Object.keys(weights)).toEqual(expect.arrayContaining(['best', 'last', 'onnx', 'history']));
    expect(weights).toEqual(await trained('whole', 'undisturbed'));

    // That of the training that has ended is gone with all scratch folders; the other one's waits.
    expect(readdirSync(join(folder, 'disturbed', 'checkpoints'))).toHaveLength(1);
    expect(readdirSync(join(folder, 'disturbed', 'work'))).toEqual([]);
  });
});
