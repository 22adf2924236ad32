import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gitSource } from '../../../framework/executor/git-source.ts';

const COMMIT = 'a'.repeat(40);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-git-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

it('reads the commit of a branch, from a folder below', async () => {
  await put({ '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${COMMIT}\n`, 'deep/down/x': '' });
  expect(gitSource(join(folder, 'deep', 'down'))).toEqual({ commit: COMMIT, branch: 'main' });
});

it('reads a packed branch, whose name may end like another one', async () => {
  await put({
    '.git/HEAD': 'ref: refs/heads/feature/x\n',
    '.git/packed-refs': `# pack-refs\n${'b'.repeat(40)} refs/heads/x\n${COMMIT} refs/heads/feature/x\n`,
  });
  expect(gitSource(folder)).toEqual({ commit: COMMIT, branch: 'feature/x' });
});

it('reads a detached head, and a worktree', async () => {
  await put({ 'repo/.git/HEAD': `${COMMIT}\n` });
  expect(gitSource(join(folder, 'repo'))).toEqual({ commit: COMMIT, branch: null });
  await put({
    'repo/.git/refs/heads/side': `${COMMIT}\n`,
    'repo/.git/worktrees/tree/HEAD': 'ref: refs/heads/side\n',
    'repo/.git/worktrees/tree/commondir': '../..\n',
    'tree/.git': `gitdir: ${join(folder, 'repo', '.git', 'worktrees', 'tree')}\n`,
  });
  expect(gitSource(join(folder, 'tree'))).toEqual({ commit: COMMIT, branch: 'side' });
});

it('has nothing to say before the first commit', async () => {
  await put({ '.git/HEAD': 'ref: refs/heads/main\n' });
  expect(gitSource(folder)).toBeUndefined();
});
