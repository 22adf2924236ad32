import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changedParts, type SourceProject, sourceProject } from './source-project.ts';

const step = { file: 'S.ts', className: 'S', method: 'a' };
const source =
  "import { run } from 'tool';\nimport 'setup';\nexport class S { async a() { return run(); } async b() { return 1; } }";
const manifest = (version: string, dependencies: Record<string, string> = {}): string =>
  JSON.stringify({ version, dependencies });

const installed = (more: Record<string, string> = {}): SourceProject =>
  sourceProject({
    files: {
      'S.ts': source,
      'node_modules/tool/package.json': manifest('1.0.0', { below: '^2.0.0', absent: '*' }),
      'node_modules/below/package.json': manifest('2.0.0'),
      'node_modules/setup/package.json': manifest('3.0.0'),
      'node_modules/spare/package.json': manifest('4.0.0'),
      ...more,
    },
  });

const lock = (packages: Record<string, object>): string => JSON.stringify({ lockfileVersion: 3, packages });
const LOCKED = {
  '': {},
  'node_modules/tool': {
    version: '1.0.0',
    integrity: 'sha512-tool',
    dependencies: { below: '^2.0.0' },
    optionalDependencies: { native: '1' },
  },
  'node_modules/tool/node_modules/below': { version: '2.0.0', integrity: 'sha512-below' },
  'node_modules/below': { version: '9.0.0', integrity: 'sha512-other-below' },
  'node_modules/native': { version: '1.0.0', integrity: 'sha512-native', optional: true },
  'node_modules/setup': { version: '3.0.0', integrity: 'sha512-setup' },
};

const change = async (project: SourceProject, edit: () => void): Promise<readonly string[]> => {
  const before = await project.digest(step);
  edit();
  return changedParts(before, await project.digest(step));
};

describe('packages without a lockfile', () => {
  it('count by the versions installed, those below them too, and imports for effect', async () => {
    const project = installed();
    expect(await change(project, () => project.write('node_modules/tool/package.json', manifest('1.0.1')))).toEqual([
      'package tool',
    ]);
    const again = installed();
    expect(await change(again, () => again.write('node_modules/below/package.json', manifest('2.0.1')))).toEqual([
      'package tool',
    ]);
    const effect = installed();
    expect(await change(effect, () => effect.write('node_modules/setup/package.json', manifest('3.0.1')))).toEqual([
      'package setup',
    ]);
    const spare = installed();
    expect(await change(spare, () => spare.write('node_modules/spare/package.json', manifest('4.0.1')))).toEqual([]);
  });

  it('see one that appears later', async () => {
    const project = installed();
    expect(await change(project, () => project.write('node_modules/absent/package.json', manifest('1.0.0')))).toEqual([
      'package tool',
    ]);
  });
});

describe('packages by the lockfile', () => {
  const locked = (): SourceProject => installed({ 'package-lock.json': lock(LOCKED) });
  const relock = (project: SourceProject, changes: Record<string, object>) => () =>
    project.write('package-lock.json', lock({ ...LOCKED, ...changes }));

  it('count by integrity, also below a package, the copy that it really gets', async () => {
    const project = locked();
    const nested = { 'node_modules/tool/node_modules/below': { version: '2.0.0', integrity: 'sha512-changed' } };
    expect(await change(project, relock(project, nested))).toEqual(['package tool']);
    const other = locked();
    expect(
      await change(other, relock(other, { 'node_modules/below': { version: '9.0.1', integrity: 'sha512-new' } })),
    ).toEqual([]);
  });

  it('count the native parts of every platform, so that all machines agree', async () => {
    const project = locked();
    expect(
      await change(project, relock(project, { 'node_modules/native': { version: '1.0.1', integrity: 'sha512-n2' } })),
    ).toEqual(['package tool']);
  });

  it('count what is installed where npm says that it differs', async () => {
    const project = locked();
    const note = lock({ 'node_modules/tool': { version: '0.9.0', integrity: 'sha512-old' } });
    expect(await change(project, () => project.write('node_modules/.package-lock.json', note))).toEqual([
      'package tool',
    ]);
  });

  it('count as installed where another package manager has installed something else', async () => {
    const project = locked();
    const update = () => project.write('node_modules/tool/package.json', manifest('1.5.0'));
    expect(await change(project, update)).toEqual(['package tool']);
  });

  it('do not count when the step does not reach them', async () => {
    const project = locked();
    const other = { ...step, method: 'b' };
    const before = await project.digest(other);
    relock(project, { 'node_modules/tool': { version: '1.1.0', integrity: 'sha512-t2' } })();
    expect(changedParts(before, await project.digest(other))).toEqual([]);
  });
});

describe('packages that are links into the project', () => {
  it('count by their files', async () => {
    const project = sourceProject({
      files: {
        'S.ts': "import { run } from 'tool';\nexport class S { async a() { return run(); } }",
        'packages/tool/package.json': manifest('1.0.0'),
        'packages/tool/index.js': 'export const run = () => 1;',
        'node_modules/.keep': '',
        'package-lock.json': lock({ 'node_modules/tool': { resolved: 'packages/tool', link: true } }),
      },
    });
    symlinkSync(join(project.dir, 'packages/tool'), join(project.dir, 'node_modules/tool'), 'junction');
    expect(await change(project, () => project.edit('packages/tool/index.js', '=> 1', '=> 2'))).toEqual([
      'package tool',
    ]);
    expect(await change(project, () => project.write('packages/tool/new.js', 'export {};'))).toEqual(['package tool']);
  });
});
