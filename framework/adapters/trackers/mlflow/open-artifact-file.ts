import { openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import type { ArtifactStore } from '../../../components/artifact-store.ts';
import { SluiceError } from '../../../errors.ts';
import type { Digest } from '../../../hashing/digest.ts';
import type { FileBody } from './mlflow-client.ts';
import { MlflowError } from './mlflow-error.ts';

/**
 * An artifact's bytes as the body of a request, read while they are sent.
 * @throws MlflowError `refused` for bytes that the store no longer has.
 */
export async function openArtifactFile(
  store: Pick<ArtifactStore, 'localPath' | 'read' | 'size' | 'capabilities'>,
  digest: Digest,
): Promise<{ readonly body: FileBody; readonly size: number }> {
  try {
    const path = store.capabilities.localPaths ? await store.localPath(digest) : undefined;
    if (path !== undefined) {
      const body = await openAsBlob(path);
      return { body, size: body.size };
    }
    const size = (await store.size(digest)) ?? 0;
    const body = Readable.toWeb(await store.read(digest)) as ReadableStream<Uint8Array>;
    return { body, size };
  } catch (error) {
    const isGone = error instanceof SluiceError && /^ERR_ARTIFACT_/.test(error.code);
    if (isGone) throw new MlflowError('refused', error.message, error.code, { cause: error });
    throw error;
  }
}
