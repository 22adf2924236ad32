import type { ArtifactRecord } from '../../components/metadata-store.ts';
import { stackIo } from '../../executor/stack-services.ts';
import type { FolderFile } from '../../materializers/materializer.ts';
import type { Preview } from '../api/artifact.ts';
import type { ServerContext } from '../server-context.ts';
import { contentUrl } from '../views/content-url.ts';
import { fieldsOf } from '../views/step-inputs.ts';
import { filePreview } from './file-preview.ts';
import { picturesPreview } from './pictures-preview.ts';
import { readHead } from './stored-object.ts';
import { MOST_TEXT_BYTES, textPreview } from './text-preview.ts';

const NAMES_BYTES = 64 * 1024;
/** Formats that are described without reading more than this. */
const MOST_VALUE_BYTES = 4 * 1024 * 1024;

/** What an artifact looks like, as data: by its format, and for files by their name and first bytes. */
export async function artifactPreview(
  context: ServerContext,
  { artifact, files }: { readonly artifact: ArtifactRecord; readonly files: readonly FolderFile[] | undefined },
): Promise<Preview> {
  const { artifactStore: store } = context.stack;
  const { digest, size, format, name = '' } = artifact;
  switch (format) {
    case 'directory': {
      const urlOf = (path: string): string => contentUrl(digest, { path });
      const classNames = files ? await classNamesBeside(context, artifact) : [];
      const pictures = files && (await picturesPreview({ store, files, urlOf, classNames }));
      return pictures ?? { kind: 'none', reason: 'A folder: its files are listed.' };
    }
    case 'file':
      return filePreview(
        store,
        { digest, size, name },
        { url: contentUrl(digest), showUrl: contentUrl(digest, { show: true }) },
      );
    case 'json':
      return filePreview(store, { digest, size, name: 'value.json' }, { url: contentUrl(digest), showUrl: '' });
    case 'text': {
      const { bytes, truncated } = await readHead(store, { digest, size, name }, MOST_TEXT_BYTES);
      return textPreview(bytes, truncated, 'txt') ?? NO_PREVIEW;
    }
    default:
      return describedPreview(context, artifact);
  }
}

const NO_PREVIEW: Preview = { kind: 'none', reason: 'There is no preview of this format.' };

/** In the words of its materializer, where the engine knows it; a pipeline's own is not loaded here. */
async function describedPreview({ stack }: ServerContext, artifact: ArtifactRecord): Promise<Preview> {
  if (artifact.size > MOST_VALUE_BYTES) return { kind: 'none', reason: 'It is too big for a preview.' };
  const text = await stackIo(stack).preview(artifact);
  return text === undefined ? NO_PREVIEW : { kind: 'text', text, truncated: false, language: null };
}

/** A data set's step puts out the names of its classes as `names`, beside its folders. */
async function classNamesBeside(
  { stack }: ServerContext,
  { stepRunId, field }: ArtifactRecord,
): Promise<readonly string[]> {
  if (field === '') return [];
  const step = await stack.metadataStore.stepRun(stepRunId);
  const names = step?.output ? fieldsOf(step.output)['names'] : undefined;
  if (names?.format !== 'json' || names.size > NAMES_BYTES || !(await stack.artifactStore.has(names.digest))) return [];
  const value: unknown = JSON.parse(Buffer.from(await stack.artifactStore.readBytes(names.digest)).toString());
  return Array.isArray(value) ? value.map(String) : [];
}
