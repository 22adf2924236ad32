import { dirname, extname } from 'node:path';
import { sluiceError } from '../errors.ts';
import { canonicalDigest } from '../hashing/canonical.ts';
import type { Digest } from '../hashing/digest.ts';
import { assetDigest } from './asset-digest.ts';
import { Basis, type RunFiles } from './basis.ts';
import type { CodeDigest } from './code-digest.ts';
import type { Item, ModuleFacts } from './module-facts.ts';
import type { PackageDigest } from './package-digests.ts';
import type { ResolvedImport } from './resolve-import.ts';
import type { Source } from './sources.ts';

/** What linking needs of the world; one per run. */
export interface CodeWorld {
  readonly run: RunFiles;
  /** @throws ERR_SOURCE_SYNTAX. */
  facts(path: string, source: Source): ModuleFacts;
  resolve(specifier: string, importer: string): ResolvedImport;
  packageDigest(name: string, fromDir: string): PackageDigest;
}

/** All that one step method reaches. */
export interface ReachedCode {
  /** Modules in the order in which they run, with the pieces that are in. */
  readonly modules: readonly { readonly path: string; readonly items: readonly Item[] }[];
  readonly packages: ReadonlyMap<string, PackageDigest>;
  /** JSON and other files that are imported or named by `new URL(…, import.meta.url)`. */
  readonly assets: ReadonlyMap<string, Digest>;
  /** Those of them that code opens by itself: no loader hands out what they were at the run's start. */
  readonly opened: ReadonlySet<string>;
  readonly warnings: CodeDigest['warnings'];
  readonly basis: Basis;
}

const CODE = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']);

/**
 * Follows code from one step method to everything it can reach, across files, and adds up what it finds.
 *
 * A piece of a module is in when something that is in refers to it; a module that is run by one that is in adds its top-level effects. Packages are
 * in by digest when a name imported from them is in, or when they are imported for their effect alone.
 */
export class CodeReach {
  private readonly basis: Basis;
  private readonly modules = new Map<string, ModuleFacts>();
  /** Modules in the order in which they run. */
  private readonly running = new Set<string>();
  private readonly order: string[] = [];
  private readonly reached = new Map<string, Set<number>>();
  private readonly wholes = new Set<string>();
  private readonly lookups = new Set<string>();
  private readonly packages = new Map<string, PackageDigest>();
  private readonly assets = new Map<string, Digest>();
  private readonly opened = new Set<string>();
  private readonly warnings: { readonly what: string; readonly file: string; readonly line: number }[] = [];
  private slice: { readonly path: string; readonly className: string; readonly items: ReadonlySet<number> } | undefined;
  /** Pieces to look through: kept here and not on the call stack, which a long chain of helpers would overflow. */
  private readonly todo: (() => void)[] = [];

  constructor(private readonly world: CodeWorld) {
    this.basis = new Basis(world.run);
  }

  /** The module with the step; its imports run with it. */
  start(path: string): ModuleFacts {
    const facts = this.module(path);
    this.evaluate(path);
    return facts;
  }

  /** Follows everything from one slice of a class. */
  finish(path: string, className: string, items: readonly number[]): ReachedCode {
    // The slice has seen to what its members use of their own class.
    this.slice = { path, className, items: new Set(items) };
    for (const item of items) this.reach(path, item);
    for (let next = this.todo.pop(); next; next = this.todo.pop()) next();
    const rest = [...this.reached.keys()].filter((one) => !this.order.includes(one));
    const modules = [...this.order, ...rest.sort()].map((one) => {
      const reached = this.reached.get(one);
      return { path: one, items: this.module(one).items.filter((_, index) => reached?.has(index)) };
    });
    const { packages, assets, opened, warnings, basis } = this;
    return { modules, packages, assets, opened, warnings, basis };
  }

  private module(path: string): ModuleFacts {
    const known = this.modules.get(path);
    if (known) return known;
    const source = this.basis.read(path);
    if (!source) throw sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'Source file' });
    const facts = this.world.facts(path, source);
    this.modules.set(path, facts);
    return facts;
  }

  /** Running a module runs its imports first, then its top-level effects. */
  private evaluate(path: string): void {
    const pending: { readonly path: string; readonly imports: string[] }[] = [];
    const enter = (file: string): void => {
      if (this.running.has(file)) return;
      this.running.add(file);
      pending.push({ path: file, imports: this.importsOf(file) });
    };
    enter(path);
    for (let top = pending.at(-1); top; top = pending.at(-1)) {
      const next = top.imports.shift();
      if (next !== undefined) {
        enter(next);
        continue;
      }
      pending.pop();
      this.order.push(top.path);
      this.module(top.path).items.forEach((item, index) => {
        if (item.hasEffect) this.reach(top.path, index);
      });
    }
  }

  /** Code files that a module runs, in order; data files and packages imported for their effect are taken in here. */
  private importsOf(path: string): string[] {
    return this.module(path).evaluates.flatMap(({ specifier, isBare }) => {
      const { target } = this.resolved(specifier, path);
      // What is imported by name is asked for where it is used: it may be a type after all, of a `.d.ts` file that nothing runs.
      if (target.kind === 'missing' && isBare) throw sluiceError('ERR_SOURCE_NOT_FOUND', { specifier, importer: path });
      if (target.kind === 'package' && isBare) this.takePackage(target.name, path);
      return target.kind === 'file' && CODE.has(extname(target.path)) ? [target.path] : [];
    });
  }

  private resolved(specifier: string, importer: string): ResolvedImport {
    const found = this.world.resolve(specifier, importer);
    this.basis.add(found.basis);
    return found;
  }

  private reach(path: string, index: number): void {
    const items = this.reached.get(path) ?? new Set();
    this.reached.set(path, items);
    if (items.has(index)) return;
    items.add(index);
    this.todo.push(() => this.lookThrough(path, index));
  }

  private lookThrough(path: string, index: number): void {
    const item = this.module(path).items[index]!;
    const own = this.slice?.path === path && this.slice.items.has(index) ? this.slice.className : undefined;
    for (const { name, member } of item.references) if (name !== own) this.takeName(path, name, member);
    for (const { what, line } of item.sights) this.warnings.push({ what, file: path, line });
    for (const { specifier, kind, line } of item.links) this.takeLink(path, specifier, kind, line);
  }

  /** A name as the module at `path` means it: its own declaration, or an import. Any other is a global. */
  private takeName(path: string, name: string, member: string | undefined): void {
    const facts = this.module(path);
    for (const index of facts.declared[name] ?? []) this.reach(path, index);
    if (facts.variables.includes(name)) this.takeWriters(path, name);
    const imported = facts.imported[name];
    if (imported) this.takeImport(path, imported.specifier, imported.name, member);
  }

  /** A variable is what any code of its module makes of it. */
  private takeWriters(path: string, name: string): void {
    this.module(path).items.forEach(({ references }, index) => {
      if (references.some((one) => one.isWrite && one.name === name)) this.reach(path, index);
    });
  }

  private takeImport(path: string, specifier: string, name: string, member: string | undefined): void {
    const { target } = this.resolved(specifier, path);
    if (target.kind === 'package') this.takePackage(target.name, path);
    else if (target.kind === 'file') this.takeExport(target.path, name, member);
    else if (target.kind === 'missing') throw sluiceError('ERR_SOURCE_NOT_FOUND', { specifier, importer: path });
  }

  /** An export of a file; of a namespace (`*`) the one member, or all. False when the file has no such export. */
  private takeExport(path: string, name: string, member: string | undefined): boolean {
    if (!CODE.has(extname(path))) return this.takeAsset(path);
    if (name === '*') return member === undefined ? this.takeWhole(path) : this.takeExport(path, member, undefined);
    const key = `${path}\n${name}\n${member ?? ''}`;
    if (this.lookups.has(key)) return true;
    this.lookups.add(key);
    const facts = this.module(path);
    const exported = facts.exported[name];
    if (exported) {
      if ('local' in exported) this.takeName(path, exported.local, member);
      else this.takeImport(path, exported.specifier, exported.name, member);
      return true;
    }
    if (facts.types.includes(name)) return true;
    // Not a named export: one of the stars has it, or the module is CommonJS and only running all of it tells.
    return this.takeFromStars(path, name, member) || this.takeWhole(path);
  }

  private takeFromStars(path: string, name: string, member: string | undefined): boolean {
    const stars = this.module(path).stars.map((specifier) => this.resolved(specifier, path).target);
    const inFiles = stars.filter((star) => star.kind === 'file' && this.hasExport(star.path, name, new Set()));
    for (const star of inFiles) if (star.kind === 'file') this.takeExport(star.path, name, member);
    if (inFiles.length > 0) return true;
    const packages = stars.filter((star) => star.kind === 'package');
    for (const star of packages) this.takePackage(star.name, path);
    return packages.length > 0;
  }

  private hasExport(path: string, name: string, seen: Set<string>): boolean {
    if (seen.has(path) || !CODE.has(extname(path))) return false;
    seen.add(path);
    const { exported, types, stars } = this.module(path);
    if (exported[name] || types.includes(name)) return true;
    return stars.some((specifier) => {
      const { target } = this.resolved(specifier, path);
      return target.kind === 'file' && this.hasExport(target.path, name, seen);
    });
  }

  /** Everything a module has. */
  private takeWhole(path: string): true {
    if (this.wholes.has(path)) return true;
    this.wholes.add(path);
    const { items, exported, stars, imported } = this.module(path);
    for (const index of items.keys()) this.reach(path, index);
    for (const one of Object.values(exported)) {
      const from = 'local' in one ? imported[one.local] : one;
      if (from) this.takeImport(path, from.specifier, from.name, undefined);
    }
    for (const specifier of stars) this.takeImport(path, specifier, '*', undefined);
    return true;
  }

  private takeAsset(path: string): true {
    const source = this.basis.read(path);
    if (!source) throw sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'Imported file' });
    this.assets.set(path, assetDigest(path, source));
    return true;
  }

  private takeLink(path: string, specifier: string, kind: 'module' | 'url', line: number): void {
    const relative = kind === 'url' && !/^[./]|^file:/.test(specifier) ? `./${specifier}` : specifier;
    const { target } = this.resolved(relative, path);
    if (target.kind === 'package') this.takePackage(target.name, path);
    else if (target.kind === 'missing')
      this.warnings.push({ what: `${specifier}, which is no file`, file: path, line });
    else if (target.kind === 'file' && CODE.has(extname(target.path))) {
      this.evaluate(target.path);
      this.takeWhole(target.path);
    } else if (target.kind === 'file') {
      this.takeAsset(target.path);
      if (kind === 'url' || !target.path.endsWith('.json')) this.opened.add(target.path);
    }
  }

  private takePackage(name: string, importer: string): void {
    const found = this.world.packageDigest(name, dirname(importer));
    this.basis.add(found.basis);
    const before = this.packages.get(name);
    // Two files may mean two installed versions of one name.
    const digest =
      before && before.digest !== found.digest ? canonicalDigest([before.digest, found.digest].sort()) : found.digest;
    this.packages.set(name, { ...found, digest });
  }
}
