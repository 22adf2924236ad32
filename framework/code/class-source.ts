import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where a class is written. */
export interface ClassSource {
  /** Absolute path. */
  readonly file: string;
  readonly className: string;
}

type Constructor = abstract new (...args: never[]) => unknown;

const sources = new WeakMap<Constructor, { readonly url: string; readonly className: string }>();
const KEY = 'sluice.classes';

/** Where a class of a user file is written, for code that has only an object in hand. Undefined for classes that the loader has not seen. */
export function sourceOfClass(type: Constructor): ClassSource | undefined {
  const source = sources.get(type);
  return source && { file: realpathSync.native(fileURLToPath(source.url)), className: source.className };
}

/** Lets the modules that this process loads say which classes they declare. */
export function noteClasses(): void {
  const note = (classes: Readonly<Record<string, unknown>>, url: string): void => {
    for (const [className, type] of Object.entries(classes)) {
      if (typeof type === 'function') sources.set(type as Constructor, { url, className });
    }
  };
  Object.defineProperty(globalThis, Symbol.for(KEY), { value: note, configurable: true });
}

/** Classes at the top level of transformed code: there a declaration begins its line, and a decorated one is `let A = class A`. */
const DECLARED = /^(?:export (?:default )?)?(?:let \S+ = )?class (?!extends\b)([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;

/**
 * The statement that says so, for the end of a module; empty where it declares none. `typeof`: a line of a text may look like a declaration.
 */
export function classNote(code: string): string {
  const names = new Set([...code.matchAll(DECLARED)].map((match) => match[1]!));
  if (names.size === 0) return '';
  const list = [...names].map((name) => `${name}: typeof ${name} === "function" ? ${name} : undefined`).join(', ');
  return `globalThis[Symbol.for("${KEY}")]?.({ ${list} }, import.meta.url);`;
}
