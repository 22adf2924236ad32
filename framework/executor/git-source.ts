import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { GitState } from '../model/recording.ts';

/** The commit that is checked out around a folder, read from git's own files: no program is started. Undefined outside a repository or before its first commit. */
export function gitSource(folder: string): Pick<GitState, 'commit' | 'branch'> | undefined {
  const git = gitFolder(resolve(folder));
  if (git === undefined) return undefined;
  const head = text(join(git, 'HEAD'));
  const [, ref] = /^ref: (.+)$/.exec(head ?? '') ?? [];
  if (ref === undefined) return head === undefined ? undefined : { commit: head, branch: null };
  // A worktree keeps its branches in the repository's own folder.
  const common = resolve(git, text(join(git, 'commondir')) ?? '.');
  const commit = text(join(common, ref)) ?? packed(text(join(common, 'packed-refs')) ?? '', ref);
  return commit === undefined ? undefined : { commit, branch: ref.replace(/^refs\/heads\//, '') };
}

function gitFolder(start: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    const git = join(folder, '.git');
    const stats = statSync(git, { throwIfNoEntry: false });
    if (stats?.isDirectory()) return git;
    if (stats) {
      const [, elsewhere] = /^gitdir: (.+)$/.exec(text(git) ?? '') ?? [];
      return elsewhere === undefined ? undefined : resolve(folder, elsewhere);
    }
    if (folder === dirname(folder)) return undefined;
  }
}

const packed = (refs: string, ref: string): string | undefined =>
  refs
    .split('\n')
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(' ')[0];

function text(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, 'utf8').trim() : undefined;
}
