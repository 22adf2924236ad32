import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { digestOfRef } from '../artifacts/ref-digest.ts';
import { canonicalDigest } from '../hashing/canonical.ts';
import { type Digest, shortDigest } from '../hashing/digest.ts';
import { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';
import type { KeyPart } from '../model/key-part.ts';
import type { DeclaredInputs } from '../model/step-definition.ts';
import { filesOfGlob, isGlob } from './glob.ts';
import type { WatchedInput } from './watched-input.ts';

/**
 * The parts of what a step declares to read beside its arguments: `env NAME` and `file PATH`; a pattern is one part over all files that fit it.
 * The values of environment variables are digests here and everywhere: they may be secrets.
 */
export async function declaredParts(
  inputs: Pick<DeclaredInputs, 'env' | 'files'>,
  options: { readonly projectDir: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<{ readonly parts: readonly KeyPart[]; readonly watched: readonly WatchedInput[] }> {
  const watched = [
    ...(inputs.env ?? []).map((name) => ({
      part: `env ${name}`,
      digestNow: async () => canonicalDigest(options.env[name], name),
      display: (digest: Digest) => (options.env[name] === undefined ? 'not set' : `set, ${shortDigest(digest)}`),
    })),
    ...(inputs.files ?? []).map((path) => ({
      part: `file ${path}`,
      digestNow: () =>
        isGlob(path) ? globDigest(path, options.projectDir) : pathDigest(resolve(options.projectDir, path)),
      display: (digest: Digest) =>
        digest === absent() ? 'absent' : digest === noFiles() ? 'no files' : shortDigest(digest),
    })),
  ];
  const digests = await Promise.all(watched.map((input) => input.digestNow()));
  return {
    parts: watched.map(({ part, display }, i) =>
      Object.freeze({ part, digest: digests[i]!, display: display(digests[i]!) }),
    ),
    watched: watched.map(({ part, digestNow }, i) => ({ part, digest: digests[i]!, digestNow })),
  };
}

/** A declared file that isn't there is a state like any other: a step may ask whether it exists. */
const absent = (): Digest => canonicalDigest(['absent']);

/** Nor is a pattern that nothing fits: a new file may fit it next time. */
const noFiles = (): Digest => canonicalDigest(['files', []]);

async function globDigest(pattern: string, dir: string): Promise<Digest> {
  const files = await filesOfGlob(pattern, dir);
  const digests = await Promise.all(
    files.map(async ({ path, absolute }) => [path, (await digestOfRef(FileRef.of(absolute))).digest] as const),
  );
  return canonicalDigest(['files', digests]);
}

async function pathDigest(path: string): Promise<Digest> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return absent();
  const isFolder = stat.isDirectory();
  const { digest } = await digestOfRef(isFolder ? DirectoryRef.of(path) : FileRef.of(path));
  return canonicalDigest([isFolder ? 'folder' : 'file', digest]);
}
