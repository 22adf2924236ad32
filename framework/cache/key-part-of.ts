import { canonicalDigest, type Identify } from '../hashing/canonical.ts';
import { type Digest, shortDigest } from '../hashing/digest.ts';
import type { KeyPart } from '../model/key-part.ts';

const LONGEST_DISPLAY = 200;

/** A part of a cache key: `value` decides its digest, `display` is what people see of it (default: the value when short). */
export function keyPartOf(
  part: string,
  value: unknown,
  options: { readonly display?: string; readonly identify?: Identify } = {},
): KeyPart {
  const digest = canonicalDigest(value, part, options.identify);
  return Object.freeze({ part, digest, display: options.display ?? displayOf(value, digest) });
}

const texts = new Map<string, KeyPart>();
const MOST_TEXTS = 1000;

/** The same for a text that is in the key of every call of a step, its name for instance: made once. */
export function keyPartOfText(part: string, text: string): KeyPart {
  const id = `${part}\n${text}`;
  const known = texts.get(id);
  if (known) return known;
  const made = keyPartOf(part, text);
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(id, made);
  return made;
}

/** JSON of a value when it is plain and short, else its short digest. */
export function displayOf(value: unknown, digest: Digest): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  const json = jsonOf(value);
  return json !== undefined && json.length <= LONGEST_DISPLAY ? json : shortDigest(digest);
}

/** Undefined for what JSON would show wrongly or not at all. */
function jsonOf(value: unknown): string | undefined {
  if (!isJson(value, 0)) return undefined;
  return JSON.stringify(value);
}

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > 8) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return false;
  const members = Object.values(value);
  return members.length <= LONGEST_DISPLAY && members.every((member) => isJson(member, depth + 1));
}
