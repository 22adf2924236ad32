import { sourceOfClass } from '../code/class-source.ts';
import type { CodeDigest } from '../code/code-digest.ts';
import { SluiceError, sluiceError } from '../errors.ts';
import type { Identify } from '../hashing/canonical.ts';
import type { KeyPart } from '../model/key-part.ts';
import { keyPartOf } from './key-part-of.ts';

/** Why a call has no key: the field, and what it holds. */
export interface Unencodable {
  readonly field: string;
  readonly problem: string;
}

/**
 * The parts of the object a step was called on: each of its own fields that the method reaches through `this`.
 * Data counts as values, instances as their class and fields. Methods are in the code digest already.
 *
 * What has no canonical form (functions, sockets, `#private` state, behaviour whose source the code digest does not cover) is returned
 * as a problem instead: the step can't be cached then. A key that left it out could be wrong.
 */
export function receiverParts(
  receiver: object,
  code: Pick<CodeDigest, 'receiverFields' | 'parts' | 'files'>,
): { readonly parts: readonly KeyPart[]; readonly problems: readonly Unencodable[] } {
  const reached = code.receiverFields === '*' ? Object.keys(receiver) : code.receiverFields;
  const parts: KeyPart[] = [];
  const problems: Unencodable[] = [];
  const identify = identifyInstances(code);
  for (const field of [...reached].sort()) {
    if (field.startsWith('#')) problems.push({ field, problem: 'a private field, which the engine can not read' });
    else if (Object.hasOwn(receiver, field)) {
      const value = (receiver as Record<string, unknown>)[field];
      try {
        parts.push(keyPartOf(`receiver.${field}`, value, { identify }));
      } catch (error) {
        if (!(error instanceof SluiceError) || error.code !== 'ERR_UNENCODABLE') throw error;
        problems.push({ field, problem: error.message });
      }
    }
  }
  return { parts, problems };
}

/** Classes that the canonical encoding knows by itself. */
const CANONICAL = [Date, RegExp, URL, Map, Set, ArrayBuffer];
/** `#name` in a class body: state that reflection can't see. */
const PRIVATE_MEMBER = /[\s.;{(!]#[A-Za-z_$]/;

function identifyInstances(code: Pick<CodeDigest, 'parts' | 'files'>): Identify {
  return (value, where) => {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null || Array.isArray(value)) return undefined;
    if (ArrayBuffer.isView(value) || CANONICAL.some((known) => value instanceof known)) return undefined;
    const refuse = (kind: string): never => {
      throw sluiceError('ERR_UNENCODABLE', { where, kind });
    };
    const names = classesOf(prototype as object, refuse, code);
    return { tag: `instance ${names.join(' < ')}`, data: { ...value } };
  };
}

/** Names of a prototype chain's classes, when all they do is in the key: no native state, no private state, no source outside the code digest. */
function classesOf(
  prototype: object,
  refuse: (kind: string) => never,
  code: Pick<CodeDigest, 'parts' | 'files'>,
): string[] {
  const names: string[] = [];
  for (
    let at: object | null = prototype;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    const type: unknown = Object.hasOwn(at, 'constructor') ? (at as { constructor: unknown }).constructor : undefined;
    if (typeof type !== 'function') return refuse('an object with an unusual prototype');
    const source = Function.prototype.toString.call(type);
    if (/\{\s*\[native code\]\s*\}$/.test(source))
      return refuse(`an instance of ${type.name}, which holds hidden state`);
    if (PRIVATE_MEMBER.test(source)) return refuse(`an instance of ${type.name}, which has #private state`);
    const behaves = Object.getOwnPropertyNames(at).length > 1;
    if (behaves && !isCovered(type as Constructor, code)) {
      return refuse(`an instance of ${type.name}, whose methods are not in the source that this step can reach`);
    }
    names.push(type.name);
  }
  return names;
}

type Constructor = abstract new (...args: never[]) => unknown;

/**
 * Whether the code digest read the class: `code steps/a.ts#FakeTrainer` or `code steps/a.ts#FakeTrainer.train`, and, where the loader has seen
 * the class, in that very file: two classes may share a name.
 */
function isCovered(type: Constructor, code: Pick<CodeDigest, 'parts' | 'files'>): boolean {
  const source = sourceOfClass(type);
  if (source && !code.files.includes(source.file)) return false;
  return code.parts.some(({ part }) => part.endsWith(`#${type.name}`) || part.includes(`#${type.name}.`));
}
