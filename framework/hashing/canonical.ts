import { createHash, type Hash } from 'node:crypto';
import { sluiceError } from '../errors.ts';
import { type Digest, sha256 } from './digest.ts';

/**
 * A value that has a place in a canonical encoding by its own rule: references to artifacts, instances in a receiver.
 * `identify` returns the tag and the data that stand for the value, or undefined to leave it to the built-in rules.
 */
export type Identify = (value: object, where: string) => { readonly tag: string; readonly data: unknown } | undefined;

/**
 * SHA-256 over a tagged, length-prefixed, typed encoding of `value`.
 *
 * Injective: every value is `tag` + length + content, so no text can forge a boundary, and `1`, `'1'`, `1n`, `true`, `null` and `undefined`
 * all differ. `-0` and `0` differ, all NaN are one. The order of an object's keys doesn't count, that of Maps and Sets does. Refused is what would lose
 * something: holes of arrays, subclasses of Map and the like, and those with fields of their own.
 * Tags are part of the golden digests: never change one, add one.
 *
 * @param where names the value in errors: `argument options`.
 * @throws ERR_UNENCODABLE for functions, symbols, promises, cycles, class instances and exotic objects.
 */
export function canonicalDigest(value: unknown, where = 'value', identify?: Identify): Digest {
  const out = new Encoding();
  encode(value, { out, identify, open: new Set() }, where);
  return out.digest();
}

/** `canonicalDigest(members)`, whose errors name `where` and not its place among the members: some only say what is meant. */
export function canonicalTuple(members: readonly unknown[], where: string, identify?: Identify): Digest {
  const out = new Encoding();
  const encoder: Encoder = { out, identify, open: new Set() };
  encodeMembers('A', members, encoder, () => where);
  return out.digest();
}

interface Encoder {
  readonly out: Encoding;
  readonly identify: Identify | undefined;
  /** Objects that enclose the current one: meeting one again is a cycle. */
  readonly open: Set<object>;
}

/** Characters that wait to be hashed together: nearly every value is shorter, and one call for all of it takes a fraction of a call a piece. */
const WAITING = 1 << 16;

class Encoding {
  private text = '';
  private hash: Hash | undefined;

  add(content: string | Uint8Array): void {
    if (typeof content === 'string') this.text += content;
    else this.flushed().update(content);
    if (this.text.length > WAITING) this.flushed();
  }

  digest(): Digest {
    return this.hash ? (this.flushed().digest('hex') as Digest) : sha256(this.text);
  }

  private flushed(): Hash {
    this.hash ??= createHash('sha256');
    this.hash.update(this.text);
    this.text = '';
    return this.hash;
  }
}

function put(out: Encoding, tag: string, content: string | Uint8Array): void {
  const length = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
  out.add(`${tag}${length}:`);
  out.add(content);
}

/** @param utf16 tags text whose lone surrogates UTF-8 would fold into one replacement character. */
function putText(out: Encoding, text: string, utf8: string, utf16: string): void {
  if (text.isWellFormed()) put(out, utf8, text);
  else put(out, utf16, Buffer.from(text, 'utf16le'));
}

function encode(value: unknown, encoder: Encoder, where: string): void {
  const { out } = encoder;
  switch (typeof value) {
    case 'undefined':
      return put(out, 'u', '');
    case 'boolean':
      return put(out, 'b', value ? '1' : '0');
    case 'number':
      return put(out, 'n', Object.is(value, -0) ? '-0' : String(value));
    case 'bigint':
      return put(out, 'i', String(value));
    case 'string':
      return putText(out, value, 's', 'S');
    case 'object':
      return value === null ? put(out, 'z', '') : encodeObject(value, encoder, where);
    default:
      throw sluiceError('ERR_UNENCODABLE', { where, kind: `a ${typeof value}` });
  }
}

function encodeObject(value: object, encoder: Encoder, where: string): void {
  const { out, identify, open } = encoder;
  if (open.has(value)) throw sluiceError('ERR_UNENCODABLE', { where, kind: 'part of a cycle' });
  open.add(value);
  const own = identify?.(value, where);
  if (own) {
    put(out, 'x', own.tag);
    encode(own.data, encoder, where);
    open.delete(value);
    return;
  }
  refuseMore(value, where);
  if (Array.isArray(value)) encodeArray(value, encoder, where);
  else if (value instanceof Date) put(out, 'd', Number.isNaN(value.getTime()) ? 'NaN' : String(value.getTime()));
  else if (value instanceof RegExp) encodeTagged('r', stateOf(value), encoder, where);
  else if (value instanceof URL) put(out, 'l', value.href);
  else if (value instanceof Map)
    encodeMembers('M', [...value].flat(1), encoder, (i) => `${where}[entry ${i >> 1}][${i & 1}]`);
  else if (value instanceof Set) encodeMembers('T', [...value], encoder, (i) => `${where}[member ${i}]`);
  else if (ArrayBuffer.isView(value)) {
    // A Buffer is not a Uint8Array to a step that calls `toString()` or `slice()`.
    encodeTagged('v', [value.constructor.name], encoder, where);
    put(out, 'y', new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (value instanceof ArrayBuffer) put(out, 'a', new Uint8Array(value));
  else encodeRecord(value, encoder, where);
  open.delete(value);
}

/** Where the next search begins is part of a regular expression that was used. */
const stateOf = ({ source, flags, lastIndex }: RegExp): readonly unknown[] =>
  lastIndex === 0 ? [source, flags] : [source, flags, lastIndex];

const BUILT_IN = [Array, Date, RegExp, URL, Map, Set, ArrayBuffer] as const;

/** Refuses built-in data that is more than that: an instance of a subclass, or one with fields of its own. */
function refuseMore(value: object, where: string): void {
  const kind = BUILT_IN.find((one) => value instanceof one);
  if (!kind) return;
  const type = (value as { readonly constructor?: unknown }).constructor;
  if (Object.getPrototypeOf(value) !== kind.prototype)
    throw sluiceError('ERR_UNENCODABLE', {
      where,
      kind: `an instance of ${(type as { name?: string })?.name || 'an unnamed class'}`,
    });
  const keys = Object.keys(value);
  // Indexes come first in the order of keys, so the last key tells.
  const last = keys.at(-1);
  if (last === undefined || (kind === Array && /^\d+$/.test(last))) return;
  const what = kind === Array ? 'an array' : `a ${kind.name}`;
  throw sluiceError('ERR_UNENCODABLE', { where, kind: `${what} with a field ${JSON.stringify(last)} of its own` });
}

function encodeTagged(tag: string, members: readonly unknown[], encoder: Encoder, where: string): void {
  encodeMembers(tag, members, encoder, () => where);
}

/** In their order: a step that walks a Map or a Set sees it. */
function encodeMembers(
  tag: string,
  members: readonly unknown[],
  encoder: Encoder,
  whereIs: (index: number) => string,
): void {
  encoder.out.add(`${tag}${members.length}:`);
  for (const [i, member] of members.entries()) encode(member, encoder, whereIs(i));
}

function encodeArray(value: readonly unknown[], encoder: Encoder, where: string): void {
  encoder.out.add(`A${value.length}:`);
  for (let i = 0; i < value.length; i++) {
    if (!(i in value)) throw sluiceError('ERR_UNENCODABLE', { where: `${where}[${i}]`, kind: 'a hole in an array' });
    encode(value[i], encoder, `${where}[${i}]`);
  }
}

function encodeRecord(value: object, encoder: Encoder, where: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw sluiceError('ERR_UNENCODABLE', {
      where,
      kind: `an instance of ${(prototype as { constructor?: { name?: string } }).constructor?.name || 'an unnamed class'}`,
    });
  }
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw sluiceError('ERR_UNENCODABLE', { where, kind: 'an object with symbol keys' });
  const keys = Object.keys(value).sort();
  encoder.out.add(`O${keys.length}:`);
  for (const key of keys) {
    putText(encoder.out, key, 'k', 'K');
    encode((value as Record<string, unknown>)[key], encoder, `${where}.${key}`);
  }
}
