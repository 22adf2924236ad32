import type { ArtifactStore } from '../../components/artifact-store.ts';
import type { Preview } from '../api/artifact.ts';
import type { JsonValue } from '../api/json-value.ts';
import { MOST_ONNX_BYTES, onnxPreview } from './onnx-preview.ts';
import { endingOf, isVectorPicture, PICTURE_HEAD_BYTES, pictureType, VECTOR_TYPE } from './picture-type.ts';
import { sizeOf } from './pictures-preview.ts';
import { safetensorsPreview } from './safetensors-preview.ts';
import { readHead, type StoredObject } from './stored-object.ts';
import { tablePreview } from './table-preview.ts';
import { MOST_TEXT_BYTES, textOf, textPreview } from './text-preview.ts';

const MOST_JSON_BYTES = 4 * 1024 * 1024;
const MOST_TABLE_BYTES = 1024 * 1024;

interface Urls {
  readonly url: string;
  /** As a page in a frame. */
  readonly showUrl: string;
}

/** What a file looks like: pictures by their bytes, everything else by the ending of its name, text if it is text. */
export async function filePreview(store: ArtifactStore, file: StoredObject, { url, showUrl }: Urls): Promise<Preview> {
  const ending = endingOf(file.name);
  const head = await readHead(store, file, PICTURE_HEAD_BYTES);
  const mediaType = pictureType(head.bytes) ?? (isVectorPicture(file.name, head.bytes) ? VECTOR_TYPE : undefined);
  if (mediaType !== undefined) {
    const size = await sizeOf(store, { digest: file.digest, size: file.size, path: file.name });
    return { kind: 'picture', url, mediaType, width: size?.width ?? 0, height: size?.height ?? 0 };
  }
  if ((ending === 'html' || ending === 'htm') && showUrl !== '') return { kind: 'html', url: showUrl };
  if (ending === 'onnx' && file.size <= MOST_ONNX_BYTES) {
    const model = await onnxPreview(await store.readBytes(file.digest));
    if (model) return model;
  }
  if (ending === 'safetensors') {
    const tensors = await safetensorsPreview(store, file);
    if (tensors) return tensors;
  }
  return (
    (await dataPreview(store, file, ending)) ?? { kind: 'none', reason: 'There is no preview of this kind of file.' }
  );
}

async function dataPreview(store: ArtifactStore, file: StoredObject, ending: string): Promise<Preview | undefined> {
  const limit =
    ending === 'json' ? MOST_JSON_BYTES : ending === 'csv' || ending === 'tsv' ? MOST_TABLE_BYTES : MOST_TEXT_BYTES;
  const { bytes, truncated } = await readHead(store, file, limit);
  const text = textOf(bytes, truncated);
  if (text === undefined) return undefined;
  switch (ending) {
    case 'json': {
      const value = truncated ? undefined : jsonOf(text);
      return value === undefined
        ? textPreview(bytes.subarray(0, MOST_TEXT_BYTES), truncated || bytes.length > MOST_TEXT_BYTES, ending)
        : { kind: 'json', value };
    }
    case 'csv':
      return (await tablePreview(text, { delimiter: ',', truncated })) ?? textPreview(bytes, truncated, ending);
    case 'tsv':
      return (await tablePreview(text, { delimiter: '\t', truncated })) ?? textPreview(bytes, truncated, ending);
    case 'md':
    case 'markdown':
      return { kind: 'markdown', text, truncated };
    default:
      return textPreview(bytes, truncated, ending);
  }
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // JSON by its name only: it is shown as text.
    return undefined;
  }
}
