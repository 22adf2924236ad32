import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ArtifactStore, StoredFile } from '../components/artifact-store.ts';
import { isPlain } from '../dag/output-ref.ts';
import { inputError, SluiceError, sluiceError } from '../errors.ts';
import type { Blake3 } from '../hashing/blake3.ts';
import type { Digest } from '../hashing/digest.ts';
import type { FileDigest } from '../hashing/file-digest.ts';
import { knownDigests } from '../hashing/known-digests.ts';
import { mapLimited } from '../hashing/map-limited.ts';
import { systemReason } from '../hashing/system-reason.ts';
import type { FolderFile, Materializer, StoredValue } from '../materializers/materializer.ts';
import { createMaterializerRegistry } from '../materializers/materializer-registry.ts';
import { checkedRefName } from '../materializers/ref-name.ts';
import { type Artifact, artifactsOf, type Output } from '../model/artifact.ts';
import { secretValues } from '../secret-values.ts';
import type { ArtifactIo } from './artifact-io.ts';
import { createLocalFiles } from './local-files.ts';
import { withOrigin } from './origin-of-ref.ts';
import { smallObjects } from './small-objects.ts';

const PARALLEL = 16;

export interface ArtifactIoOptions {
  readonly store: ArtifactStore;
  /** Folder for materialised files and folders, and for what remote stores sent: may be deleted at any time when nothing runs. */
  readonly cacheDir: string;
  /** A user's own, asked before the built-in ones. */
  readonly materializers?: readonly Materializer[];
}

/** Touches nothing until the first call. @throws ERR_INPUT for two materializers of one format. */
export function createArtifactIo(options: ArtifactIoOptions): ArtifactIo {
  const { store } = options;
  const registry = createMaterializerRegistry(options.materializers);
  const local = createLocalFiles({ store, cacheDir: resolve(options.cacheDir) });
  const small = smallObjects(store);

  async function saveOne(value: unknown, where: string): Promise<Artifact> {
    const materializer = registry.of(value);
    const blake3: Record<Digest, Blake3> = {};
    // Without their second digests, which would change the bytes of content that points to them: an older version's would have another name.
    const store = async (inner: unknown, at: string): Promise<Artifact> => {
      const { blake3: more, ...artifact } = await saveOne(inner, at);
      Object.assign(blake3, more);
      return Object.freeze(artifact);
    };
    const { content, name, refs = [], membersSize = 0 } = await materializer.encode(value, { where, store });
    // Artifacts are kept, shared and shown. Files are not searched: they may be of any size.
    if (content instanceof Uint8Array && secretValues.areIn(content))
      throw sluiceError('ERR_SECRET_IN_RESULT', { where });
    const written = content instanceof Uint8Array ? await small.write(content) : await writeFile(content);
    const { digest, size } = written;
    if (written.blake3) blake3[digest] = written.blake3;
    return Object.freeze({
      digest,
      format: materializer.format,
      version: materializer.version,
      size: size + membersSize + totalSize(refs),
      ...(name === undefined ? {} : { name }),
      ...(refs.length === 0 ? {} : { refs }),
      ...(Object.keys(blake3).length === 0 ? {} : { blake3 }),
    });
  }

  /** A file that is as it was when it was last read is not read again, where the store has its bytes. */
  async function writeFile(source: StoredFile): Promise<FileDigest> {
    const known = knownDigests();
    const seen = known?.look(source.file);
    const found = seen && known?.find(seen);
    const written = await small.write(found ? { ...source, seen: found.digest } : source);
    const content = found?.digest === written.digest ? { ...found, ...written } : written;
    if (seen) known?.note(seen, content);
    return content;
  }

  const stored = (artifact: Artifact): StoredValue => ({
    artifact,
    bytes: () => small.readBytes(artifact.digest),
    file: () => local.file(contentOf(artifact, artifact.digest), nameOf(artifact)),
    folder(files) {
      const contents = files.map(({ digest, ...file }) => ({ ...file, ...contentOf(artifact, digest) }));
      return local.folder(artifact.digest, nameOf(artifact), contents);
    },
    load: (inner) => loadArtifact(artifact.blake3 ? { ...inner, blake3: artifact.blake3 } : inner),
  });

  async function loadArtifact(artifact: Artifact): Promise<unknown> {
    return withOrigin(await registry.reader(artifact).decode(stored(artifact)), artifact.digest);
  }

  /**
   * Undefined for formats that have none, and for those of another pipeline's own materializers. If such a one has members, the sizes don't
   * add up, and the artifact counts as missing here.
   */
  async function membersOf(artifact: Artifact): Promise<readonly FolderFile[] | undefined> {
    return registry.find(artifact)?.members?.(stored(artifact));
  }

  async function objects(artifact: Artifact): Promise<readonly FileDigest[]> {
    const members = await membersOf(artifact);
    const own = artifact.size - totalSize(members ?? []) - totalSize(artifact.refs ?? []);
    const refs = await Promise.all((artifact.refs ?? []).map(objects));
    return [{ digest: artifact.digest, size: own }, ...(members ?? []), ...refs.flat()];
  }

  /** Sizes only, of everything that the whole output needs, asked together: a remote store is asked for little. */
  async function missing(output: Output): Promise<readonly Artifact[]> {
    const artifacts = artifactsOf(output);
    const needed = await Promise.all(artifacts.map((artifact) => ifWhole(() => objects(artifact))));
    const digests = [...new Set(needed.flatMap((all) => all?.map(({ digest }) => digest) ?? []))];
    const sizes = await store.sizes(digests);
    const found = new Map(digests.map((digest, i) => [digest, sizes[i]]));
    return artifacts.filter((_, i) => !needed[i]?.every(({ digest, size }) => found.get(digest) === size));
  }

  async function isWhole(artifact: Artifact): Promise<boolean> {
    const all = await ifWhole(() => objects(artifact));
    if (!all) return false;
    const read = await mapLimited(all, PARALLEL, ({ digest }) => ifWhole(() => readThrough(store, digest)));
    return read.every((bytes, i) => bytes === all[i]?.size);
  }

  async function verify(output: Output): Promise<readonly Artifact[]> {
    const artifacts = artifactsOf(output);
    const verdicts = await Promise.all(artifacts.map(isWhole));
    return artifacts.filter((_, i) => !verdicts[i]);
  }

  return {
    materializers: registry.versions,

    async save(value, where) {
      try {
        if (!isPlain(value) || registry.takesWhole(value)) return { kind: 'value', value: await saveOne(value, where) };
        const fields = await mapLimited(
          Object.entries(value),
          Infinity,
          async ([name, field]) => [name, await saveOne(field, `${where}.${name}`)] as const,
        );
        return { kind: 'fields', fields: Object.fromEntries(fields) };
      } finally {
        knownDigests()?.keep();
      }
    },

    async load(output, path = []) {
      if (output.kind === 'value') return descend(await loadArtifact(output.value), path, '');
      const [first, ...rest] = path;
      if (first === undefined) {
        const fields = Object.entries(output.fields);
        return Object.fromEntries(
          await mapLimited(fields, Infinity, async ([name, artifact]) => [name, await loadArtifact(artifact)] as const),
        );
      }
      const artifact = Object.hasOwn(output.fields, first) ? output.fields[first] : undefined;
      return descend(artifact && (await loadArtifact(artifact)), rest, first);
    },

    loadArtifact,
    objects,
    missing,
    verify,

    async export(artifact, destination) {
      const target = await exportPath(artifact, resolve(destination));
      const files = (await membersOf(artifact)) ?? [{ path: '', digest: artifact.digest }];
      await mapLimited(files, PARALLEL, async ({ path, digest }) =>
        copyOut(await local.object(contentOf(artifact, digest)), join(target, path)),
      );
    },

    preview: async (artifact) => registry.find(artifact)?.preview?.(stored(artifact)),
  };
}

const totalSize = (all: readonly { readonly size: number }[]): number => all.reduce((sum, { size }) => sum + size, 0);

/** What the record of the artifact says of one of its files. */
function contentOf({ blake3 }: Artifact, digest: Digest): Omit<FileDigest, 'size'> {
  const second = blake3?.[digest];
  return second === undefined ? { digest } : { digest, blake3: second };
}

/** The name on disk: the record's own, which came from another machine and is checked again, or the digest. */
const nameOf = ({ digest, name }: Artifact): string =>
  name === undefined ? digest : checkedRefName(name, `Artifact ${digest}`);

/** Undefined when the store lacks the bytes or has others; every other fault is thrown. */
async function ifWhole<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const lacks =
      error instanceof SluiceError && (error.code === 'ERR_ARTIFACT_MISSING' || error.code === 'ERR_ARTIFACT_DAMAGED');
    if (lacks) return undefined;
    throw error;
  }
}

/** Reads and checks every byte. Returns their number. */
async function readThrough(store: ArtifactStore, digest: Digest): Promise<number> {
  let size = 0;
  for await (const chunk of await store.read(digest)) size += (chunk as Uint8Array).byteLength;
  return size;
}

/** The part of a value at `path`, as the pipeline body named it. @throws ERR_INPUT when there is nothing to take a field of. */
function descend(value: unknown, path: readonly string[], at: string): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (value === null || value === undefined) {
    throw inputError(
      `${at || 'The output'} is ${String(value)}, so it has no field ${first}.`,
      'Pass the whole value on and look at it inside the step.',
    );
  }
  const part: unknown = Object(value)[first];
  return descend(part, rest, at ? `${at}.${first}` : first);
}

/** Like `cp`: into a folder that exists, under the artifact's name; else to that very path. */
async function exportPath(artifact: Artifact, destination: string): Promise<string> {
  const found = await stat(destination).catch(() => undefined);
  return found?.isDirectory() ? join(destination, nameOf(artifact)) : destination;
}

/** A copy that the user may change, unlike the object. */
async function copyOut(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    await rm(to, { force: true });
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await chmod(to, 0o644);
  } catch (error) {
    throw sluiceError('ERR_STORE_WRITE', { store: 'export', path: to, reason: systemReason(error) }, error);
  }
}
