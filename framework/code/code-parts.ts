import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { canonicalDigest } from '../hashing/canonical.ts';
import { type Digest, shortDigest } from '../hashing/digest.ts';
import type { KeyPart } from '../model/key-part.ts';
import { readManifest } from './find-package.ts';
import type { ReachedCode } from './reach-code.ts';

/**
 * The parts of a code digest, sorted by name: one a reached piece of source, one a package, Node's major. The digest is made of nothing else, so that
 * it changes exactly when a part does.
 *
 * @param nameOf a file's name in parts.
 */
export function codeParts(reached: ReachedCode, nameOf: (path: string) => string): readonly KeyPart[] {
  const digests = new Map<string, Digest[]>();
  const put = (part: string, digest: Digest): void => void digests.set(part, [...(digests.get(part) ?? []), digest]);
  for (const { path, items } of reached.modules) {
    const effects = items.filter(({ hasEffect }) => hasEffect);
    for (const { name, digest, hasEffect } of items)
      if (!hasEffect || name !== TOP) put(`code ${nameOf(path)}#${name}`, digest);
    // Statements run in the order of the text: together they are one part.
    if (effects.length > 0) put(`code ${nameOf(path)}#${TOP}`, canonicalDigest(effects.map(({ digest }) => digest)));
  }
  for (const [path, digest] of reached.assets) put(`code ${nameOf(path)}`, digest);
  const running = reached.modules.filter(({ items }) => items.some(({ hasEffect }) => hasEffect));
  if (running.length > 1) put(ORDER, canonicalDigest(running.map(({ path }) => nameOf(path))));
  const major = process.versions.node.split('.')[0]!;
  const code = [...digests].map(([part, list]) => {
    // Several pieces of one name (getter and setter, merged declarations) are one part.
    const digest = list.length === 1 ? list[0]! : canonicalDigest(list);
    return { part, digest, display: shortDigest(digest) };
  });
  const packages = [...reached.packages].map(([name, { digest, display }]) => ({
    part: `package ${name}`,
    digest,
    display,
  }));
  const node = { part: 'node', digest: canonicalDigest(major), display: major };
  return [...code, ...packages, node].sort((a, b) => (a.part < b.part ? -1 : 1));
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
