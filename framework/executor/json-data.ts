import { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';
import type { Artifact } from '../model/artifact.ts';

/**
 * A value as JSON data for people and scripts, for the record of a run: dates as ISO text, big integers as digits, Map and Set as object and array,
 * what JSON has no number for (NaN, Infinity) as null.
 *
 * @param refs artifacts that the value points to: a file inside it becomes `{ digest, format, size }` of the one with its name.
 */
export function jsonData(value: unknown, refs: readonly Artifact[]): unknown {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      return objectData(value, refs);
    default:
      return String(value);
  }
}

function objectData(value: object, refs: readonly Artifact[]): unknown {
  if (Array.isArray(value)) return value.map((item) => jsonData(item, refs));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof FileRef || value instanceof DirectoryRef) return fileData(value, refs);
  if (value instanceof URL || value instanceof RegExp) return String(value);
  if (value instanceof Set) return [...value].map((item) => jsonData(item, refs));
  if (value instanceof Map) return mapData(value, refs);
  if (ArrayBuffer.isView(value)) return { type: value.constructor.name, bytes: value.byteLength };
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, jsonData(item, refs)]])),
  );
}

const mapData = (map: ReadonlyMap<unknown, unknown>, refs: readonly Artifact[]): unknown =>
  [...map.keys()].every((key) => typeof key === 'string')
    ? Object.fromEntries([...map].map(([key, item]) => [String(key), jsonData(item, refs)]))
    : [...map].map(([key, item]) => [jsonData(key, refs), jsonData(item, refs)]);

function fileData({ name }: FileRef | DirectoryRef, refs: readonly Artifact[]): unknown {
  const artifact = refs.find((ref) => ref.name === name);
  return artifact ? { digest: artifact.digest, format: artifact.format, size: artifact.size } : { name };
}
