import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { canonicalDigest } from '../hashing/canonical.ts';
import { type Digest, shortDigest } from '../hashing/digest.ts';
import type { KeyPart } from '../model/key-part.ts';
import { readManifest } from './find-package.ts';
import type { Item } from './module-facts.ts';
import type { ReachedCode } from './reach-code.ts';

/** Pieces of source that are one part of a digest together, in the order of the text. */
export interface CodePiece {
  /** `code steps/a.ts#helper`. */
  readonly part: string;
  readonly digest: Digest;
  /** Where its text is: files with places in them; a file without any counts whole. */
  readonly sources: readonly { readonly path: string; readonly spans: Item['spans'] | undefined }[];
  /** Text that is in no file. */
  readonly text?: string;
}

/** @param nameOf a file's name in parts. */
export function codePieces(reached: ReachedCode, nameOf: (path: string) => string): readonly CodePiece[] {
  const found: CodePiece[] = [];
  for (const { path, items } of reached.modules) {
    const effects = items.filter(({ hasEffect }) => hasEffect);
    for (const { name, digest, spans, hasEffect } of items)
      if (!hasEffect || name !== TOP)
        found.push({ part: `code ${nameOf(path)}#${name}`, digest, sources: [{ path, spans }] });
    // Statements run in the order of the text: together they are one part.
    if (effects.length > 0) {
      const digest = canonicalDigest(effects.map((effect) => effect.digest));
      const sources = effects.map(({ spans }) => ({ path, spans }));
      found.push({ part: `code ${nameOf(path)}#${TOP}`, digest, sources });
    }
  }
  for (const [path, digest] of reached.assets)
    found.push({ part: `code ${nameOf(path)}`, digest, sources: [{ path, spans: undefined }] });
  const running = reached.modules.filter(({ items }) => items.some(({ hasEffect }) => hasEffect));
  if (running.length > 1) {
    const names = running.map(({ path }) => nameOf(path));
    found.push({ part: ORDER, digest: canonicalDigest(names), sources: [], text: names.join('\n') });
  }
  return [...byPart(found).values()].map(together);
}

const byPart = (pieces: readonly CodePiece[]): ReadonlyMap<string, readonly CodePiece[]> => {
  const parts = new Map<string, CodePiece[]>();
  for (const piece of pieces) parts.set(piece.part, [...(parts.get(piece.part) ?? []), piece]);
  return parts;
};

/** Several pieces of one name (getter and setter, merged declarations) are one part. */
function together(pieces: readonly CodePiece[]): CodePiece {
  const [first] = pieces;
  if (pieces.length === 1) return first!;
  const digest = canonicalDigest(pieces.map((piece) => piece.digest));
  return { part: first!.part, digest, sources: pieces.flatMap(({ sources }) => sources) };
}

/**
 * The parts of a code digest, sorted by name: one a reached piece of source, one a package, Node's major. The digest is made of nothing else, so that
 * it changes exactly when a part does.
 */
export function codeParts(pieces: readonly CodePiece[], packages: ReachedCode['packages']): readonly KeyPart[] {
  const code = pieces.map(({ part, digest }) => ({ part, digest, display: shortDigest(digest) }));
  const installed = [...packages].map(([name, { digest, display }]) => ({ part: `package ${name}`, digest, display }));
  const major = process.versions.node.split('.')[0]!;
  const node = { part: 'node', digest: canonicalDigest(major), display: major };
  return [...code, ...installed, node].sort((a, b) => (a.part < b.part ? -1 : 1));
}

const TOP = '(top level)';
/** Only where it can matter: two modules or more that do something when they are run. */
const ORDER = 'code (order of modules)';

/** Names files from the root of the step's package, with slashes; a file of another package by that package's name. */
export function fileNamer(stepFile: string, projectDir: string): (path: string) => string {
  const home = packageRoot(stepFile) ?? projectDir;
  const known = new Map<string, string>();
  return (path) => {
    const name = known.get(path) ?? nameFrom(home, path);
    known.set(path, name);
    return name;
  };
}

function nameFrom(home: string, path: string): string {
  const root = packageRoot(path) ?? home;
  if (root === home) return slashes(relative(home, path));
  const { name } = readManifest(root);
  return name === undefined ? slashes(relative(home, path)) : `${name}/${slashes(relative(root, path))}`;
}

const slashes = (path: string): string => path.split(sep).join('/');

function packageRoot(path: string): string | undefined {
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return dir;
    if (dirname(dir) === dir) return undefined;
  }
}
