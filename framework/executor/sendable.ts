import { isPlain, OutputRef } from '../dag/output-ref.ts';
import { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';

/** A value as structured clone carries it whole: what would lose its class stands as a list that begins with what it is. */
export type Sendable =
  | readonly ['plain', unknown]
  | readonly ['list', readonly Sendable[]]
  | readonly ['object', readonly (readonly [string, Sendable])[]]
  | readonly ['bare', readonly (readonly [string, Sendable])[]]
  | readonly ['map', readonly (readonly [Sendable, Sendable])[]]
  | readonly ['set', readonly Sendable[]]
  | readonly ['url', string]
  | readonly ['file' | 'directory', string, string]
  | readonly ['output', string, readonly string[]];

/** Structured clone keeps these. */
const CLONED = [Date, RegExp, ArrayBuffer];

/** What an argument of a step may be. Undefined for a value that holds something else: an instance of a class, a function. */
export function toSendable(value: unknown): Sendable | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value === null || typeof value !== 'object') return ['plain', value];
  if (ArrayBuffer.isView(value) || CLONED.some((known) => value instanceof known)) return ['plain', value];
  if (value instanceof OutputRef) return ['output', value.node, value.path];
  if (value instanceof FileRef) return ['file', value.path, value.name];
  if (value instanceof DirectoryRef) return ['directory', value.path, value.name];
  if (value instanceof URL) return ['url', value.href];
  if (Array.isArray(value)) return tagged('list', all(value));
  if (value instanceof Set) return tagged('set', all([...value]));
  if (value instanceof Map) {
    const [keys, values] = [all([...value.keys()]), all([...value.values()])];
    return keys && values && ['map', keys.map((key, i) => [key, values[i]!])];
  }
  if (!isPlain(value)) return undefined;
  const values = all(Object.values(value));
  const kind = Object.getPrototypeOf(value) === null ? 'bare' : 'object';
  return values && [kind, Object.keys(value).map((key, i) => [key, values[i]!])];
}

const tagged = (kind: 'list' | 'set', members: readonly Sendable[] | undefined): Sendable | undefined =>
  members && [kind, members];

function all(members: readonly unknown[]): readonly Sendable[] | undefined {
  const sent = members.map(toSendable);
  return sent.includes(undefined) ? undefined : (sent as readonly Sendable[]);
}

export function fromSendable(sent: Sendable): unknown {
  switch (sent[0]) {
    case 'plain':
      return sent[1];
    case 'list':
      return sent[1].map(fromSendable);
    case 'set':
      return new Set(sent[1].map(fromSendable));
    case 'map':
      return new Map(sent[1].map(([key, value]) => [fromSendable(key), fromSendable(value)]));
    case 'object':
      return Object.fromEntries(sent[1].map(([key, value]) => [key, fromSendable(value)]));
    case 'bare':
      return Object.assign(Object.create(null), fromSendable(['object', sent[1]]));
    case 'url':
      return new URL(sent[1]);
    case 'file':
      return FileRef.of(sent[1], { name: sent[2] });
    case 'directory':
      return DirectoryRef.of(sent[1], { name: sent[2] });
    case 'output':
      return new OutputRef(sent[1], sent[2]);
    default:
      return sent satisfies never;
  }
}
