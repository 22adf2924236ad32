import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import { gitDiff } from '../../../framework/executor/git-diff.ts';
import { lockedPackages } from '../../../framework/executor/locked-packages.ts';
import { secretValues } from '../../../framework/secret-values.ts';
import { openTestStack, runPipeline, temporaryFolder } from './open-test-stack.ts';

class Steps {
  @step() async one(value: number): Promise<number> {
    return value + 1;
  }
}

@pipeline({ name: 'one' })
class One {
  constructor(private readonly steps = new Steps()) {}
  async run({ value }: { value: number }) {
    return this.steps.one(value);
  }
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A repository with one commit of these files. */
function repository(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  const git = (...words: readonly string[]): void => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...identity, ...words], { cwd: folder, stdio: 'ignore' });
  };
  git('init', '-b', 'trunk');
  write(folder, files);
  git('add', '-A', '-f');
  git('commit', '-m', 'first');
  return folder;
}

const FILES = { 'a.ts': 'one\n', '.env': 'A=1\n', 'sub/.env.local': 'B=1\n', '.gitignore': 'sluice.db*\n/home\n' };

describe('the code of a run', () => {
  it('is the commit and what differs from it: nothing that git ignores or does not know, no .env, no secret', async () => {
    const folder = repository(FILES);
    secretValues.add('hunter2-of-tests');
    write(folder, { 'a.ts': 'two ü hunter2-of-tests\n', '.env': 'A=changed\n', 'sub/.env.local': 'B=changed\n' });
    write(folder, { 'new.ts': 'never added\n' });
    const stack = { ...(await openTestStack(join(folder, 'home'))), projectDir: folder };
    const { run } = await runPipeline(One, { value: 1 }, { stack });
    const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: folder, encoding: 'utf8' }).trim();
    expect((await stack.metadataStore.findRun(run.id))?.git).toEqual({ commit, branch: 'trunk', dirty: true });
    const code = await stack.metadataStore.codeState(run.id);
    expect(code?.diff).toContain('-one\n+two ü ***');
    expect(code?.diff).not.toMatch(/changed|never added|hunter2/);
    expect(code?.isDiffCut).toBe(false);
  });

  it('is clean when only what git leaves out has changed', async () => {
    const folder = repository(FILES);
    write(folder, { '.env': 'A=changed\n', 'new.ts': 'x\n' });
    const stack = { ...(await openTestStack(join(folder, 'home'))), projectDir: folder };
    const { run } = await runPipeline(One, { value: 1 }, { stack });
    expect((await stack.metadataStore.findRun(run.id))?.git?.dirty).toBe(false);
  });

  it('is not asked for when nothing ran, and the commit is known all the same', async () => {
    const folder = repository(FILES);
    const stack = { ...(await openTestStack(join(folder, 'home'))), projectDir: folder };
    await runPipeline(One, { value: 1 }, { stack });
    const { run } = await runPipeline(One, { value: 1 }, { stack });
    const stored = await stack.metadataStore.findRun(run.id);
    expect(stored?.git).toMatchObject({ branch: 'trunk', dirty: null });
    expect(await stack.metadataStore.codeState(run.id)).toBeUndefined();
  });

  it('says nothing of git outside a repository, and where the environment is', async () => {
    const stack = await openTestStack();
    const { run } = await runPipeline(One, { value: 1 }, { stack, notes: 'why' });
    const stored = await stack.metadataStore.findRun(run.id);
    expect(stored).toMatchObject({ git: null, notes: 'why' });
    expect(stored?.environment).toMatchObject({
      node: process.versions.node,
      platform: process.platform,
      sluice: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });

  it('keeps the beginning of a diff that is too long, up to a whole line', async () => {
    const folder = repository({ 'big.txt': 'x\n' });
    write(folder, { 'big.txt': 'a line of some length\n'.repeat(30_000) });
    const diff = await gitDiff(folder);
    expect(diff?.isCut).toBe(true);
    expect(diff?.text.length).toBeLessThanOrEqual(256 * 1024);
    expect(diff?.text.endsWith('+a line of some length\n')).toBe(true);
  });

  it('has the locked version of each direct dependency; without a lockfile the installed one, or the range', async () => {
    const folder = temporaryFolder();
    const dependencies = { b: '^1.0.0', '@a/a': '^2.0.0', gone: '~3.0.0' };
    write(folder, { 'package.json': JSON.stringify({ dependencies, devDependencies: { dev: '1.0.0' } }) });
    expect(await lockedPackages(folder)).toEqual({ '@a/a': '^2.0.0', b: '^1.0.0', gone: '~3.0.0' });
    write(folder, { 'node_modules/b/package.json': '{"version":"1.5.0"}' });
    expect(await lockedPackages(folder)).toMatchObject({ b: '1.5.0' });
    const packages = { 'node_modules/b': { version: '1.2.0' }, 'node_modules/@a/a': { version: '2.9.0' } };
    write(folder, { 'package-lock.json': JSON.stringify({ packages }) });
    expect(await lockedPackages(folder)).toEqual({ '@a/a': '2.9.0', b: '1.2.0', gone: '~3.0.0' });
    expect(await lockedPackages(join(folder, 'nowhere'))).toEqual({});
  });
});
