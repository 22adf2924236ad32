import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSecrets, type SecretStore } from '../../../framework/stack/secrets/secret-store.ts';
import { temporaryFolder } from '../executor/open-test-stack.ts';
import { type FaultCode, faults } from './fault-layer.ts';

vi.mock('node:fs', async (original) => (await import('./fault-layer.ts')).faultyFs(await original()));
vi.mock('node:fs/promises', async (original) => (await import('./fault-layer.ts')).faultyPromises(await original()));

/** Each trial is a folder of its own; a machine that has much else to do takes its time. */
vi.setConfig({ testTimeout: 300_000 });

const CODES: readonly FaultCode[] = ['ENOSPC', 'EIO', 'EROFS', 'EMFILE'];
/** Every code at every call, or one of them. */
const ALL = process.env['SLUICE_FAULTS'] === 'all';

/** A disk with the secrets of a project, and the user's key beside them. */
let disk: string;
let home: string;
const newDisk = (): void => {
  disk = temporaryFolder();
  home = join(disk, 'project');
  mkdirSync(home);
  vi.stubEnv('SLUICE_SECRET_KEY_FILE', join(disk, 'config', 'key'));
};
beforeEach(newDisk);
afterEach(() => {
  faults.disarm();
  vi.unstubAllEnvs();
});

interface Change {
  readonly name: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  make(secrets: SecretStore): Promise<unknown>;
}

const CHANGES: readonly Change[] = [
  {
    name: 'the first secret, with a new key',
    before: {},
    after: { FIRST: 'one' },
    make: (secrets) => secrets.set('FIRST', 'one'),
  },
  {
    name: 'one more secret',
    before: { FIRST: 'one' },
    after: { FIRST: 'one', SECOND: 'two' },
    make: (secrets) => secrets.set('SECOND', 'two'),
  },
  {
    name: 'another value',
    before: { FIRST: 'one', SECOND: 'two' },
    after: { FIRST: 'one', SECOND: 'other' },
    make: (secrets) => secrets.set('SECOND', 'other'),
  },
  {
    name: 'a secret that is deleted',
    before: { FIRST: 'one', SECOND: 'two' },
    after: { FIRST: 'one' },
    make: (secrets) => secrets.delete('SECOND'),
  },
];

async function values(): Promise<Record<string, string>> {
  const secrets = openSecrets(home);
  const entries = (await secrets.list()).map(async ({ name }) => [name, await secrets.read(name, 'a test')] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Whatever happened: the secrets are those of before or after, and whoever comes next does the change. (Waiting for locks of nobody would take minutes.) */
async function heals({ before, after, make }: Change, isDone: boolean, where: unknown): Promise<void> {
  const found = await values();
  if (isDone) expect([where, found]).toEqual([where, after]);
  else expect([where, [before, after]]).toEqual([where, expect.arrayContaining([found])]);
  await make(openSecrets(home));
  await openSecrets(home).set('LAST', 'three');
  expect([where, await values()]).toEqual([where, { ...after, LAST: 'three' }]);
}

async function setUp({ before }: Change): Promise<void> {
  newDisk();
  for (const [name, value] of Object.entries(before)) await openSecrets(home).set(name, value);
}

describe.each(CHANGES)('$name, on a disk that fails at any call', (change) => {
  it.each([false, true])('is there or not, says why, and the next command heals (stays so: %s)', async (sticky) => {
    for (let [at, calls] = [0, 1]; at <= calls; at++) {
      for (const code of ALL ? CODES : [CODES[at % CODES.length]!]) {
        await setUp(change);
        faults.arm({ root: disk, at, code, sticky });
        const [ended] = await Promise.allSettled([change.make(openSecrets(home))]);
        const made = faults.disarm();
        calls = made.length;
        const where = [at, made[at], code, sticky];
        const told = ended.status === 'rejected' ? String(ended.reason) : code;
        expect([where, told]).toEqual([where, expect.stringContaining(code)]);
        await heals(change, ended.status === 'fulfilled', where);
        rmSync(disk, { recursive: true, force: true });
      }
    }
  });

  it.each([true, false])(
    'outlives a power cut at any call (names of the last moment are there: %s)',
    async (renamesLast) => {
      for (let at = 0; ; at++) {
        await setUp(change);
        const old = Object.keys(change.before).length > 0 ? readFileSync(join(home, 'secrets.json')) : undefined;
        faults.arm({ root: disk, at, code: 'power cut', sticky: true });
        const [ended] = await Promise.allSettled([change.make(openSecrets(home))]);
        const lost = faults.lost();
        const calls = faults.disarm();
        cutPower({ ...lost, renamesLast });
        // A rename that has not happened leaves the old file under its name.
        if (old && !existsSync(join(home, 'secrets.json')))
          writeFileSync(join(home, 'secrets.json'), old, { mode: 0o600 });
        // What a command has said is done may still be gone with the power, as with every program; never half of it.
        await heals(change, ended.status === 'fulfilled' && renamesLast, [at, calls[at]]);
        rmSync(disk, { recursive: true, force: true });
        if (at >= calls.length) return;
      }
    },
  );
});

it('leaves nothing but its file when all goes well', async () => {
  for (const change of CHANGES) {
    await setUp(change);
    await change.make(openSecrets(home));
    expect([readdirSync(home), readdirSync(join(disk, 'config'))]).toEqual([['secrets.json'], ['key']]);
  }
});

/** What was not synced is torn; a rename that no sync made safe has not happened. */
function cutPower(lost: ReturnType<typeof faults.lost> & { readonly renamesLast: boolean }): void {
  const unlessGone = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  for (const path of lost.unsynced) unlessGone(() => truncateSync(path, readFileSync(path).byteLength >> 1));
  if (lost.renamesLast) return;
  for (const { from, to } of [...lost.renames].reverse()) unlessGone(() => renameSync(to, from));
}
