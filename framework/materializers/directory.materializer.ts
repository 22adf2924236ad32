import { mapLimited } from '../hashing/map-limited.ts';
import { decodeManifest, encodeManifest } from './directory-manifest.ts';
import { DirectoryRef } from './directory-ref.ts';
import { FileRef } from './file-ref.ts';
import { listFolder } from './list-folder.ts';
import type { FolderFile, Materializer } from './materializer.ts';
import { checkedRefName } from './ref-name.ts';

/** Files under way at a time: enough to hide the latency of a disk or a remote store. */
const PARALLEL = 16;
const SHOWN = 10;

/** A DirectoryRef as the manifest of its files, each of which is an object of its own and shared with every folder that has the same file. */
export const directoryMaterializer: Materializer<DirectoryRef> = {
  format: 'directory',
  version: 1,
  accepts: (value) => value instanceof DirectoryRef,
  async encode(value, { where, store }) {
    const name = checkedRefName(value.name, where);
    const files = await mapLimited(
      await listFolder(value.path),
      PARALLEL,
      async ({ path, absolute }): Promise<FolderFile> => {
        const { digest, size } = await store(FileRef.of(absolute), `${where}/${path}`);
        return { path, size, digest };
      },
    );
    return { content: encodeManifest(files), name, membersSize: files.reduce((sum, { size }) => sum + size, 0) };
  },
  decode: async (stored) => DirectoryRef.of(await stored.folder(decodeManifest(await stored.bytes()))),
  members: async (stored) => decodeManifest(await stored.bytes()),
  async preview(stored) {
    const files = decodeManifest(await stored.bytes());
    const lines = files.slice(0, SHOWN).map(({ path, size }) => `  ${path} (${size} bytes)`);
    const more = files.length > SHOWN ? [`  … ${files.length - SHOWN} more`] : [];
    return [`${stored.artifact.name}: ${files.length} files, ${stored.artifact.size} bytes`, ...lines, ...more].join(
      '\n',
    );
  },
};
