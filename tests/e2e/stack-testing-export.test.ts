import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sluice } from './sluice-command.ts';

const root = resolve('.');

/** As an author of a flavor has it: the example beside its test, both of which know Sluice as an installed package. */
const TEST = `
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeArtifactStore } from 'sluice/testing';
import example from './sqlite-artifacts.ts';

describeArtifactStore({
  name: 'mine',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mine-'));
    const store = await example.open({ file: 'a.db' }, { projectDir: folder });
    return { store, damage: async () => {}, dispose: async () => { await store.close(); await rm(folder, { recursive: true }); } };
  },
  skip: [{ reason: 'shown', tests: ['notices damaged bytes on every way to them', 'replaces damaged bytes when the right ones are written'] }],
});
`;

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'sluice-flavor-'));
  mkdirSync(join(dir, 'node_modules'));
  for (const name of ['vitest', 'zod'])
    symlinkSync(join(root, 'node_modules', name), join(dir, 'node_modules', name), 'junction');
  symlinkSync(root, join(dir, 'node_modules', 'sluice'), 'junction');
  copyFileSync(join(root, 'stacks', 'examples', 'sqlite-artifacts.ts'), join(dir, 'sqlite-artifacts.ts'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(dir, 'mine.test.ts'), TEST);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('sluice/testing runs the suite of a port on a flavor of another project', async () => {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const report = join(dir, 'report.json');
  const args = [vitest, 'run', '--root', dir, '--reporter', 'json', '--outputFile', report];
  await promisify(execFile)(process.execPath, args, { cwd: dir });
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8')) as Report;
  expect([numFailedTests, numPendingTests]).toEqual([0, 2]);
  expect(numPassedTests).toBeGreaterThan(8);
});

it('the flavor is registered by its path, described, tried and used', async () => {
  const project = { cwd: dir };
  const register = [
    'artifact-store',
    'register',
    'notebook',
    '--flavor',
    './sqlite-artifacts.ts',
    '--file',
    'notebook.txt',
  ];
  expect((await sluice(register, project)).stderr).toContain('file: Invalid string: must end with ".db"');
  expect((await sluice([...register.slice(0, -1), 'notebook.db'], project)).code).toBe(0);
  expect((await sluice(['stack', 'register', 'n', '-a', 'notebook', '-e', 'none', '--set'], project)).code).toBe(0);
  const doctor = await sluice(['stack', 'doctor', '--output', 'json'], project);
  const { checks } = JSON.parse(doctor.stdout) as {
    checks: { subject: string; check: string; ok: boolean; detail: string }[];
  };
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(checks).toContainEqual(expect.objectContaining({ check: 'integrity', detail: 'ok' }));
  const help = await sluice(['artifact-store', 'update', 'notebook', '--help'], project);
  expect(help.stdout).toContain('The SQLite file, counted from the project');
});
