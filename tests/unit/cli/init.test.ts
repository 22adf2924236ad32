import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeProject } from '../../../framework/cli/init/write-project.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-init-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

describe('a new project', () => {
  it('has a pipeline, its test, a stack, and a package.json without holes', async () => {
    const { written, kept } = await writeProject({ dir: join(root, 'My Project'), force: false });
    expect(kept).toEqual([]);
    expect([...written].sort()).toEqual([
      '.gitignore',
      'README.md',
      'package.json',
      'pipelines/count-words.pipeline.ts',
      'stacks/local.yaml',
      'tests/count-words.test.ts',
      'tsconfig.json',
    ]);
    for (const file of written) expect(read('My Project', file)).not.toMatch(/\{\{[^ ]/);
    const manifest = JSON.parse(read('My Project', 'package.json')) as Record<string, Record<string, string>>;
    expect(manifest['name']).toBe('my-project');
    expect(Object.keys(manifest['dependencies'] ?? {})).toEqual(['sluice', 'zod']);
    expect(manifest['devDependencies']).toHaveProperty('node', expect.stringMatching(/^24\./));
    expect(manifest['devDependencies']).toHaveProperty('vitest');
    expect(read('My Project', '.gitignore')).toContain('.sluice/');
  });

  it('goes into an empty folder, also a fresh git one', async () => {
    mkdirSync(join(root, 'fresh', '.git'), { recursive: true });
    const { written } = await writeProject({ dir: join(root, 'fresh'), force: false });
    expect(written).toContain('package.json');
  });

  it('does not go into a folder with files, unless forced, and then leaves them as they are', async () => {
    mkdirSync(join(root, 'full'));
    writeFileSync(join(root, 'full', 'package.json'), 'mine');
    await expect(writeProject({ dir: join(root, 'full'), force: false })).rejects.toMatchObject({
      code: 'ERR_FILE_EXISTS',
      message: expect.stringContaining('package.json'),
    });
    const { written, kept } = await writeProject({ dir: join(root, 'full'), force: true });
    expect(kept).toEqual(['package.json']);
    expect(written).toContain('README.md');
    expect(read('full', 'package.json')).toBe('mine');
  });

  it.runIf(process.platform === 'linux')('ends where no folder can be made', async () => {
    await expect(writeProject({ dir: '/proc/sluice-project', force: false })).rejects.toMatchObject({
      code: 'ERR_FILE_WRITE',
    });
  });

  it('says which file it could not write below a file', async () => {
    writeFileSync(join(root, 'leaf'), '');
    await expect(writeProject({ dir: join(root, 'leaf', 'project'), force: false })).rejects.toMatchObject({
      code: 'ERR_FILE_WRITE',
      message: expect.stringContaining('is a file'),
    });
  });

  it('is no file', async () => {
    writeFileSync(join(root, 'file'), '');
    await expect(writeProject({ dir: join(root, 'file'), force: false })).rejects.toMatchObject({
      code: 'ERR_FILE_EXISTS',
    });
  });
});
