import type { Readable } from 'node:stream';
import type { ArtifactStore } from '../../components/artifact-store.ts';
import { SluiceError, sluiceError } from '../../errors.ts';
import { systemReason } from '../../hashing/system-reason.ts';

/**
 * A store on a disk of this machine, with what the operating system says put into words: ERR_STORE_READ from what reads, ERR_STORE_WRITE from
 * what writes. Errors of ours pass.
 *
 * @param folder named where the system names no path.
 */
export function faultsInWords(
  store: ArtifactStore,
  { name, folder }: { readonly name: string; readonly folder: string },
): ArtifactStore {
  const explain = (code: 'ERR_STORE_READ' | 'ERR_STORE_WRITE', error: unknown): unknown => {
    if (error instanceof SluiceError || !(error instanceof Error) || !('code' in error)) return error;
    const path = 'path' in error ? String(error.path) : folder;
    return sluiceError(code, { store: name, path, reason: systemReason(error) }, error);
  };
  const within =
    (code: 'ERR_STORE_READ' | 'ERR_STORE_WRITE') =>
    <A extends readonly unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await method(...args);
      } catch (error) {
        throw explain(code, error);
      }
    };
  const [reading, writing] = [within('ERR_STORE_READ'), within('ERR_STORE_WRITE')];
  return {
    ...store,
    has: reading(store.has),
    size: reading(store.size),
    sizes: reading(store.sizes),
    readBytes: reading(store.readBytes),
    localPath: reading(store.localPath),
    read: reading(async (digest): Promise<Readable> => {
      const stream = await store.read(digest);
      const destroy = stream.destroy.bind(stream);
      // Also of what goes wrong on the way.
      stream.destroy = (error) => destroy(error && (explain('ERR_STORE_READ', error) as Error));
      return stream;
    }),
    async *list() {
      try {
        yield* store.list();
      } catch (error) {
        throw explain('ERR_STORE_READ', error);
      }
    },
    write: writing(store.write),
    remove: writing(store.remove),
    leftovers: writing(store.leftovers),
    close: writing(store.close),
  };
}
