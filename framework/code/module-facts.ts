import type { Digest } from '../hashing/digest.ts';
import type { ClassMember, MemberUse } from './class-members.ts';
import type { Reference } from './free-names.ts';
import type { Link } from './sights.ts';

/**
 * One piece of a module that is in a digest or not: a top-level statement, one name of it, or one member of a class.
 * Plain data: facts are kept on disk by the content of their file.
 */
export interface Item {
  /** `helper`, `Steps.train`, `(top level)` for a statement that declares nothing. */
  readonly name: string;
  /** Of what it does, without types, comments and layout. */
  readonly digest: Digest;
  /** Where its nodes stand in the text: beginning and end, in UTF-16 units. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** Names it takes from the module's top level or its imports. */
  readonly references: readonly Reference[];
  readonly links: readonly (Omit<Link, 'offset'> & { readonly line: number })[];
  readonly sights: readonly { readonly what: string; readonly line: number }[];
  /** Whether running the module runs it in a way that other code may notice. */
  readonly hasEffect: boolean;
}

export interface ImportedName {
  readonly specifier: string;
  /** Name in the other module; `*` its namespace. */
  readonly name: string;
}

/** A class as far as one method's reach needs it. Numbers are places in `ModuleFacts.items`. */
export interface ClassFacts {
  readonly hasBase: boolean;
  readonly isPlainConstructor: boolean;
  readonly parameterFields: readonly string[];
  readonly shell: number;
  readonly shellUses: MemberUse;
  readonly members: readonly (Omit<ClassMember, 'node'> & { readonly item: number })[];
}

/** What the text of one module says about itself; nothing in it depends on other files. */
export interface ModuleFacts {
  readonly items: readonly Item[];
  /** Top-level name → its items; several where declarations merge. */
  readonly declared: Readonly<Record<string, readonly number[]>>;
  /** Names that may get another value later: `let` and `var`. */
  readonly variables: readonly string[];
  /** Names of types only: an import of one of them means nothing at run time. */
  readonly types: readonly string[];
  readonly imported: Readonly<Record<string, ImportedName>>;
  /** Specifiers in the order in which the module runs them, those left out that only name types. */
  readonly evaluates: readonly { readonly specifier: string; readonly isBare: boolean }[];
  readonly exported: Readonly<Record<string, { readonly local: string } | ImportedName>>;
  readonly stars: readonly string[];
  readonly classes: Readonly<Record<string, ClassFacts>>;
}
