import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseJsonc } from './parse-jsonc.ts';

interface Aliases {
  /** The tsconfig.json files that were read. */
  readonly files: readonly string[];
  /** Nearer places without one. */
  readonly absent: readonly string[];
  /** Pattern with at most one `*` → absolute paths with at most one `*`. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
}

interface Config {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: {
    readonly baseUrl?: string;
    readonly paths?: Readonly<Record<string, readonly string[]>>;
  };
}

const NONE: Aliases = { files: [], absent: [], paths: [] };

/** `paths` of the nearest tsconfig.json: import aliases that TypeScript knows and Node does not. */
export interface PathAliases {
  /** Absolute paths that `specifier` may mean, the best first; none when no alias fits. */
  expand(specifier: string, fromDir: string): readonly string[];
  /** What decides for files in `fromDir`, for whoever keeps an answer: configuration files, and places where one would come before them. */
  basis(fromDir: string): { readonly files: readonly string[]; readonly absent: readonly string[] };
}

export function pathAliases(read: (file: string) => string | undefined = readIfThere): PathAliases {
  const byDir = new Map<string, Aliases>();
  const aliasesOf = (dir: string): Aliases => {
    const known = byDir.get(dir);
    if (known) return known;
    const file = join(dir, 'tsconfig.json');
    const above = (): Aliases => (dirname(dir) === dir ? NONE : aliasesOf(dirname(dir)));
    const found = readConfig(file, read, 0) ?? withAbsent(above(), file);
    byDir.set(dir, found);
    return found;
  };
  return {
    basis: aliasesOf,
    expand(specifier, fromDir) {
      // TypeScript's order: an exact pattern first, then the longest text before the star.
      const fits = aliasesOf(fromDir).paths.filter(([pattern]) => matched(pattern, specifier) !== undefined);
      const best = fits.sort(([a], [b]) => rank(b) - rank(a))[0];
      if (!best) return [];
      const star = matched(best[0], specifier) ?? '';
      return best[1].map((target) => target.replace('*', () => star));
    },
  };
}

const withAbsent = (aliases: Aliases, file: string): Aliases => ({ ...aliases, absent: [file, ...aliases.absent] });
const rank = (pattern: string): number => (pattern.includes('*') ? pattern.indexOf('*') : Number.POSITIVE_INFINITY);

/** What the star of `pattern` stands for in `text`; undefined when it doesn't fit. */
function matched(pattern: string, text: string): string | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return pattern === text ? '' : undefined;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const fits = text.length >= head.length + tail.length && text.startsWith(head) && text.endsWith(tail);
  return fits ? text.slice(head.length, text.length - tail.length) : undefined;
}

function readConfig(file: string, read: (file: string) => string | undefined, depth: number): Aliases | undefined {
  const text = read(file);
  if (text === undefined || depth > 8) return undefined;
  const { extends: parents, compilerOptions = {} } = (parseJsonc(text) ?? {}) as Config;
  const { baseUrl, paths } = compilerOptions;
  const inherited = [parents ?? []]
    .flat()
    .filter((parent) => parent.startsWith('.'))
    .map((parent) => resolve(dirname(file), parent.endsWith('.json') ? parent : `${parent}.json`))
    .flatMap((parent) => readConfig(parent, read, depth + 1) ?? []);
  const base = resolve(dirname(file), baseUrl ?? '.');
  const own = Object.entries(paths ?? {}).map(
    ([pattern, targets]) => [pattern, targets.map((target) => resolve(base, target))] as const,
  );
  return {
    files: [file, ...inherited.flatMap(({ files }) => files)],
    absent: [],
    paths: paths ? own : (inherited.at(-1)?.paths ?? []),
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
