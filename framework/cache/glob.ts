import { join } from 'node:path';
import { listFolder } from '../materializers/list-folder.ts';

const MAGIC = /[*?{}]/;

/** Whether a declared path names files by pattern. Brackets are letters like others: names such as `[id].ts` are common. */
export const isGlob = (path: string): boolean => MAGIC.test(path);

/**
 * Files below `dir` that fit a pattern, sorted by path: `*` and `?` within a name, `**` through folders, `{a,b}` either. Names that begin with a dot
 * are found only where the pattern says the dot.
 */
export async function filesOfGlob(
  pattern: string,
  dir: string,
): Promise<readonly { readonly path: string; readonly absolute: string }[]> {
  const parts = pattern.split(/[\\/]/);
  const fixed = parts.slice(
    0,
    parts.findIndex((part) => MAGIC.test(part)),
  );
  const folder = join(dir, ...fixed);
  const wanted = patternOf(parts.slice(fixed.length).join('/'));
  const found = await listed(folder);
  return found
    .filter(({ path }) => wanted.test(path))
    .map(({ path, absolute }) => ({ path: [...fixed, path].join('/'), absolute }));
}

async function listed(folder: string): ReturnType<typeof listFolder> {
  try {
    return await listFolder(folder);
  } catch (error) {
    // No folder, no files: a state like any other.
    if ((error as { readonly code?: unknown }).code === 'ERR_FILE_NOT_FOUND') return [];
    throw error;
  }
}

/** `src/**\/*.{ts,json}` as a regular expression over paths with slashes. */
function patternOf(glob: string): RegExp {
  const tokens = /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g;
  const source = [...glob.matchAll(tokens)].map(([token], i, all) => {
    const isNameStart = i === 0 || /\/$/.test(all[i - 1]![0]);
    const visible = isNameStart ? '(?!\\.)' : '';
    if (token === '**/') return '(?:(?!\\.)[^/]+/)*';
    if (token === '**') return `${visible}(?:[^/]|/(?!\\.))*`;
    if (token === '*') return `${visible}[^/]*`;
    if (token === '?') return `${visible}[^/]`;
    if (token.length > 1 && token.startsWith('{')) return `(?:${token.slice(1, -1).split(',').map(escaped).join('|')})`;
    return escaped(token);
  });
  return new RegExp(`^${source.join('')}$`);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
