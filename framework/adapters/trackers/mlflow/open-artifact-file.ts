import type { ArtifactStore } from '../../../components/artifact-store.ts';
import { SluiceError } from '../../../errors.ts';
import type { Digest } from '../../../hashing/digest.ts';
import type { FileBody } from './mlflow-client.ts';
import { MlflowError } from './mlflow-error.ts';

/**
 * An artifact's bytes as the body of a request, read while they are sent.
 * @throws MlflowError `refused` for bytes that the store no longer has.
 */
export async function openArtifactFile(store: Pick<ArtifactStore, 'read' | 'size'>, digest: Digest): Promise<FileBody> {
  try {
    const size = (await store.size(digest)) ?? 0;
    return { body: await store.read(digest), size };
  } catch (error) {
    const isGone = error instanceof SluiceError && /^ERR_ARTIFACT_/.test(error.code);
    if (isGone) throw new MlflowError('refused', error.message, error.code, { cause: error });
    throw error;
  }
}
