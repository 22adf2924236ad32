import { isPlain } from '../dag/output-ref.ts';
import { sluiceError } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import { DirectoryRef } from './directory-ref.ts';
import { FileRef } from './file-ref.ts';
import { type Tagged, TYPE } from './tagged-json.ts';
import { bytesOfView, viewName } from './typed-array.ts';

/** Typed arrays from this many bytes on are artifacts of their own: base64 in JSON costs a third more and is read whole. */
const BIG_VIEW = 64 * 1024;

/**
 * A value as tagged JSON text; equal values give equal text (object keys are sorted; Maps and Sets keep their order, which a step can see).
 * @param store makes an artifact of each FileRef, DirectoryRef and big typed array inside.
 * @throws ERR_UNENCODABLE naming the place.
 */
export async function encodeTagged(
  value: unknown,
  where: string,
  store: (value: unknown, where: string) => Promise<Artifact>,
): Promise<{ readonly text: string; readonly refs: readonly Artifact[] }> {
  const found = new Map<object, string>();
  const first = new Encoder((ref, at) => void found.set(ref, at)).encode(value, where);
  if (found.size === 0) return { text: JSON.stringify(first), refs: [] };
  const stored = await Promise.all([...found].map(async ([ref, at]) => [ref, await store(ref, at)] as const));
  const artifacts = new Map<object, Artifact>(stored);
  const text = JSON.stringify(new Encoder((ref) => artifacts.get(ref)).encode(value, where));
  return { text, refs: [...artifacts.values()] };
}

class Encoder {
  /** Objects around the current one: meeting one again is a cycle. */
  private readonly open = new Set<object>();

  constructor(private readonly artifactOf: (ref: object, where: string) => Artifact | undefined) {}

  encode(value: unknown, where: string): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : tagged({ [TYPE]: 'number', value: Object.is(value, -0) ? '-0' : (String(value) as 'NaN') });
      case 'undefined':
        return tagged({ [TYPE]: 'undefined' });
      case 'bigint':
        return tagged({ [TYPE]: 'bigint', value: String(value) });
      case 'object':
        return value === null ? null : this.object(value, where);
      default:
        throw sluiceError('ERR_UNENCODABLE', { where, kind: `a ${typeof value}` });
    }
  }

  private object(value: object, where: string): unknown {
    if (this.open.has(value)) throw sluiceError('ERR_UNENCODABLE', { where, kind: 'part of a cycle' });
    this.open.add(value);
    const encoded = this.member(value, where);
    this.open.delete(value);
    return encoded;
  }

  private member(value: object, where: string): unknown {
    if (Array.isArray(value)) return this.array(value, where);
    if (isPlain(value)) return this.record(value, where);
    if (value instanceof FileRef || value instanceof DirectoryRef) return this.reference(value, where);
    if (value instanceof Date) return tagged({ [TYPE]: 'Date', value: Number.isNaN(+value) ? null : +value });
    if (value instanceof RegExp) return tagged({ [TYPE]: 'RegExp', source: value.source, flags: value.flags });
    if (value instanceof URL) return tagged({ [TYPE]: 'URL', value: value.href });
    if (value instanceof Map) {
      const entries = [...value].map(
        ([k, v], i) => [this.encode(k, `${where}[key ${i}]`), this.encode(v, `${where}[value ${i}]`)] as const,
      );
      return tagged({ [TYPE]: 'Map', entries });
    }
    if (value instanceof Set) {
      return tagged({ [TYPE]: 'Set', values: [...value].map((v, i) => this.encode(v, `${where}[member ${i}]`)) });
    }
    if (value instanceof ArrayBuffer) {
      return tagged({ [TYPE]: 'ArrayBuffer', base64: Buffer.from(value).toString('base64') });
    }
    const view = ArrayBuffer.isView(value) ? viewName(value) : undefined;
    if (view === undefined) {
      throw sluiceError('ERR_UNENCODABLE', {
        where,
        kind: `an instance of ${value.constructor.name || 'an unnamed class'}`,
      });
    }
    const bytes = bytesOfView(value as ArrayBufferView);
    if (bytes.byteLength >= BIG_VIEW) return this.reference(value, where);
    return tagged({ [TYPE]: 'bytes', view, base64: bytes.toString('base64') });
  }

  private array(value: readonly unknown[], where: string): readonly unknown[] {
    const last = Object.keys(value).at(-1);
    if (last !== undefined && !/^\d+$/.test(last)) {
      throw sluiceError('ERR_UNENCODABLE', { where, kind: `an array with a field ${JSON.stringify(last)} of its own` });
    }
    const encoded = new Array<unknown>(value.length);
    for (let i = 0; i < value.length; i++) {
      if (!(i in value)) throw sluiceError('ERR_UNENCODABLE', { where: `${where}[${i}]`, kind: 'a hole in an array' });
      encoded[i] = this.encode(value[i], `${where}[${i}]`);
    }
    return encoded;
  }

  private record(value: Readonly<Record<string, unknown>>, where: string): unknown {
    if (Object.getOwnPropertySymbols(value).length > 0) {
      throw sluiceError('ERR_UNENCODABLE', { where, kind: 'an object with symbol keys' });
    }
    const entries = Object.keys(value)
      .sort()
      .map((key) => [key, this.encode(value[key], `${where}.${key}`)] as const);
    return Object.hasOwn(value, TYPE) ? tagged({ [TYPE]: 'Object', entries }) : Object.fromEntries(entries);
  }

  private reference(value: object, where: string): unknown {
    const artifact = this.artifactOf(value, where);
    return artifact && tagged({ [TYPE]: 'artifact', artifact });
  }
}

/** Holds what is written to the list of what can be read. */
const tagged = (value: Tagged): Tagged => value;
