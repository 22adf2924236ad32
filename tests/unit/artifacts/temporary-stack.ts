import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localArtifactStore } from '../../../framework/adapters/artifact-stores/local.ts';
import { memoryArtifactStore } from '../../../framework/adapters/artifact-stores/memory.ts';
import type { ArtifactIo } from '../../../framework/artifacts/artifact-io.ts';
import { createArtifactIo } from '../../../framework/artifacts/create-artifact-io.ts';
import type { ArtifactStore } from '../../../framework/components/artifact-store.ts';

export interface TemporaryStack {
  /** Scratch folder, removed with everything else. */
  readonly folder: string;
  readonly store: ArtifactStore;
  readonly io: ArtifactIo;
  /** What another process would have: same folders, nothing remembered. */
  readonly another: () => ArtifactIo;
  readonly objectPath: (digest: string) => string;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** An empty store and its artifact I/O. @param kind `remote`: a store without local paths, read through the cache. */
export async function temporaryStack(kind: 'local' | 'remote' = 'local'): Promise<TemporaryStack> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-artifacts-'));
  const remote = memoryArtifactStore();
  const open = (): ArtifactStore => (kind === 'local' ? localArtifactStore({ path: join(folder, 'store') }) : remote);
  const another = (store = open()): ArtifactIo => createArtifactIo({ store, cacheDir: join(folder, 'cache') });
  const store = open();
  return {
    folder,
    store,
    io: another(store),
    another: () => another(),
    objectPath: (digest) =>
      join(folder, kind === 'local' ? 'store' : 'cache', 'objects', digest.slice(0, 2), digest.slice(2)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
