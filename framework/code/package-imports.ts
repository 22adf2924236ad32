import { dirname, join } from 'node:path';
import type { Basis } from './basis.ts';
import { packageNameOf } from './find-package.ts';

/** A target in package.json: a path, or conditions that lead to one. */
type Target = string | null | { readonly [condition: string]: Target } | readonly Target[];

/** In Node's order they are tried as the file writes them; these are the ones that hold for an import in Node. */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'default']);

/**
 * What a `#name` import means: the `imports` of the nearest package.json.
 * @returns an absolute path, the specifier of a package, or undefined when package.json has no such name.
 */
export function packageImport(specifier: string, fromDir: string, basis: Basis): string | undefined {
  for (let dir = fromDir; ; dir = dirname(dir)) {
    const text = basis.text(join(dir, 'package.json'));
    if (text !== undefined) {
      const { imports = {} } = JSON.parse(text) as { readonly imports?: Readonly<Record<string, Target>> };
      const target = found(specifier, imports);
      return target?.startsWith('.') ? join(dir, target) : target;
    }
    if (dirname(dir) === dir) return undefined;
  }
}

/**
 * File that a project means by its own name (`exports` in its package.json, `import 'my-project/lib'`); undefined for every other package.
 * @param basis is told which package.json was asked.
 */
export function ownExport(specifier: string, fromDir: string, basis: Basis): string | undefined {
  for (let dir = fromDir; ; dir = dirname(dir)) {
    const text = basis.text(join(dir, 'package.json'));
    if (text !== undefined) {
      const { name, exports } = JSON.parse(text) as { readonly name?: string; readonly exports?: Target };
      if (name === undefined || exports === undefined || packageNameOf(specifier) !== name) return undefined;
      const target = found(`.${specifier.slice(name.length)}`, bySubpath(exports));
      return target?.startsWith('.') ? join(dir, target) : undefined;
    }
    if (dirname(dir) === dir) return undefined;
  }
}

/** `exports` may be the target of `.` alone. */
function bySubpath(exports: Target): Readonly<Record<string, Target>> {
  const isMap = exports !== null && typeof exports === 'object' && !Array.isArray(exports);
  const hasSubpaths = isMap && Object.keys(exports).every((key) => key.startsWith('.'));
  return hasSubpaths ? (exports as Readonly<Record<string, Target>>) : { '.': exports };
}

function found(specifier: string, imports: Readonly<Record<string, Target>>): string | undefined {
  const exact = imports[specifier];
  if (exact !== undefined) return pick(exact);
  for (const [pattern, target] of Object.entries(imports).sort(([a], [b]) => b.indexOf('*') - a.indexOf('*'))) {
    const [head, tail] = pattern.split('*');
    if (head === undefined || tail === undefined || !specifier.startsWith(head) || !specifier.endsWith(tail)) continue;
    const star = specifier.slice(head.length, specifier.length - tail.length);
    return pick(target)?.replaceAll('*', () => star);
  }
  return undefined;
}

function pick(target: Target): string | undefined {
  if (target === null || typeof target === 'string') return target ?? undefined;
  if (Array.isArray(target)) return target.map(pick).find((one) => one !== undefined);
  const fitting = Object.entries(target).filter(([condition]) => CONDITIONS.has(condition));
  return fitting.map(([, one]) => pick(one as Target)).find((one) => one !== undefined);
}
