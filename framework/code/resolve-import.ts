import { realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Basis, type RunFiles } from './basis.ts';
import { packageNameOf } from './find-package.ts';
import { ownExport, packageImport } from './package-imports.ts';
import { isTypeScript, resolveSource } from './resolve-source.ts';
import { pathAliases } from './tsconfig-paths.ts';

/** What an import of a user file leads to. */
export type ImportTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  /** Part of Node, or this engine: counted elsewhere. */
  | { readonly kind: 'given' }
  | { readonly kind: 'missing' };

export interface ResolvedImport {
  readonly target: ImportTarget;
  readonly basis: Basis;
}

const ENGINE = /^sluice(?:\/testing|\/register)?$/;

/** Resolves imports as the TypeScript loader and Node do; each once per folder. */
export function importResolver(run: RunFiles): (specifier: string, importer: string) => ResolvedImport {
  const aliases = pathAliases();
  const known = new Map<string, ResolvedImport>();

  const toFile = (base: string, importer: string, basis: Basis): ImportTarget => {
    const { path, absent } = resolveSource(base, importer);
    for (const one of absent) basis.absent.add(one);
    return path === undefined ? { kind: 'missing' } : { kind: 'file', path: realpathSync.native(path) };
  };

  const find = (specifier: string, importer: string, basis: Basis): ImportTarget => {
    if (isBuiltin(specifier) || ENGINE.test(specifier)) return { kind: 'given' };
    const plain = specifier.replace(/(?!^)[?#].*$/, '');
    const fromDir = dirname(importer);
    if (plain.startsWith('file:')) return toFile(fileURLToPath(plain), importer, basis);
    if (isAbsolute(plain)) return toFile(plain, importer, basis);
    if (/^\.\.?(?:\/|$)/.test(plain)) return toFile(join(fromDir, decodeURIComponent(plain)), importer, basis);
    if (plain.startsWith('#')) {
      const named = packageImport(plain, fromDir, basis);
      if (named === undefined) return { kind: 'missing' };
      // Node takes such a path as it is written.
      return isAbsolute(named) ? toFile(named, 'package.json', basis) : find(named, importer, basis);
    }
    const { files, absent } = aliases.basis(fromDir);
    for (const file of [...files, ...absent]) basis.read(file);
    for (const base of aliases.expand(plain, fromDir)) {
      const target = toFile(base, importer, basis);
      if (target.kind === 'file') return target;
    }
    const own = ownExport(plain, fromDir, basis);
    // Node takes such a path as it is written.
    return own === undefined ? { kind: 'package', name: packageNameOf(plain) } : toFile(own, 'package.json', basis);
  };

  return (specifier, importer) => {
    const key = `${dirname(importer)}\n${isTypeScript(importer)}\n${specifier}`;
    const before = known.get(key);
    if (before) return before;
    const basis = new Basis(run);
    const resolved = { target: find(specifier, importer, basis), basis };
    known.set(key, resolved);
    return resolved;
  };
}
