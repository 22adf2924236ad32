import { inputError } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import { type Tagged, TYPE } from './tagged-json.ts';
import { viewOf } from './typed-array.ts';

/** The value of a text that `encodeTagged` wrote. @param load gives the value of each artifact inside. @throws ERR_INPUT for an unknown `$type` */
export async function decodeTagged(text: string, load: (artifact: Artifact) => Promise<unknown>): Promise<unknown> {
  const json: unknown = JSON.parse(text);
  // Most values are plain JSON: nothing to look for.
  if (!text.includes(`"${TYPE}"`)) return json;
  const found: Artifact[] = [];
  decode(json, (artifact) => void found.push(artifact));
  const loaded = new Map<string, unknown>();
  await Promise.all(found.map(async (artifact) => loaded.set(JSON.stringify(artifact), await load(artifact))));
  return decode(json, (artifact) => loaded.get(JSON.stringify(artifact)));
}

type Resolve = (artifact: Artifact) => unknown;

function decode(json: unknown, resolve: Resolve): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map((item) => decode(item, resolve));
  if (Object.hasOwn(json, TYPE)) return decodeTag(json as Tagged, resolve);
  return decodeEntries(Object.entries(json), resolve);
}

const decodeEntries = (entries: readonly (readonly [string, unknown])[], resolve: Resolve): object =>
  // fromEntries defines properties, so that a `__proto__` key stays data.
  Object.fromEntries(entries.map(([key, item]) => [key, decode(item, resolve)]));

function decodeTag(tag: Tagged, resolve: Resolve): unknown {
  switch (tag[TYPE]) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(tag.value);
    case 'bigint':
      return BigInt(tag.value);
    case 'Date':
      return new Date(tag.value ?? Number.NaN);
    case 'RegExp':
      return new RegExp(tag.source, tag.flags);
    case 'URL':
      return new URL(tag.value);
    case 'Map':
      return new Map(tag.entries.map(([key, item]) => [decode(key, resolve), decode(item, resolve)]));
    case 'Set':
      return new Set(tag.values.map((item) => decode(item, resolve)));
    case 'bytes':
      return viewOf(tag.view, Buffer.from(tag.base64, 'base64'));
    case 'ArrayBuffer':
      return Uint8Array.from(Buffer.from(tag.base64, 'base64')).buffer;
    case 'Object':
      return decodeEntries(tag.entries, resolve);
    case 'artifact':
      return resolve(tag.artifact);
    default:
      return unknownTag(tag);
  }
}

function unknownTag(tag: never): never {
  throw inputError(
    `A stored value has a part of the unknown type ${JSON.stringify((tag as { readonly [TYPE]: unknown })[TYPE])}.`,
    'It was written by a newer Sluice: use that one, or run the step that made it again.',
  );
}
