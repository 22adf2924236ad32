import { statSync } from 'node:fs';
import { extname, sep } from 'node:path';

/** What an import of a project file leads to. */
export interface SourceResolution {
  /** Absolute path of the file; undefined when there is none. */
  readonly path: string | undefined;
  /** Paths tried before it, without a file: should one appear, the import means something else. */
  readonly absent: readonly string[];
}

/** What an emitted extension was written as. TypeScript projects import `./a.js` and mean `a.ts`. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
};
/** Extensions that say what they are. Any other (`./yolo.steps`) may be part of a name. */
const EXACT = new Set(['.ts', '.tsx', '.mts', '.cts', '.json', '.node', '.wasm']);
const TYPESCRIPT = /\.[cm]?tsx?$/;

export const isTypeScript = (path: string): boolean => TYPESCRIPT.test(path) && !path.endsWith('.d.ts');
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/**
 * Resolves a file import as TypeScript projects mean it: `./a.js` → `a.ts`, `./a` → `a.ts` or `a/index.ts`.
 *
 * @param base absolute path that the specifier names, before any guess.
 * @param importer absolute path of the importing file: a JavaScript file that says `./a.js` means that file first.
 */
export function resolveSource(base: string, importer: string): SourceResolution {
  const absent: string[] = [];
  for (const candidate of candidates(base, isTypeScript(importer))) {
    if (isFile(candidate)) return { path: candidate, absent };
    absent.push(candidate);
  }
  return { path: undefined, absent };
}

function candidates(base: string, fromTypeScript: boolean): readonly string[] {
  const extension = extname(base);
  if (EXACT.has(extension)) return [base];
  const written = WRITTEN_AS[extension];
  if (written) {
    const stem = base.slice(0, -extension.length);
    const named = written.map((known) => stem + known);
    return fromTypeScript ? named : [base, ...named.filter((path) => path !== base)];
  }
  const ends = fromTypeScript ? [...TYPESCRIPT_ENDS, ...JAVASCRIPT_ENDS] : [...JAVASCRIPT_ENDS, ...TYPESCRIPT_ENDS];
  return [base, ...ends.map((end) => base + end.replace('/', sep))];
}

/** What an import without an extension may mean. Plain JavaScript (`require('./a')`) means JavaScript first, as Node does. */
const TYPESCRIPT_ENDS = ['.ts', '.tsx', '.mts', '/index.ts', '/index.tsx'];
const JAVASCRIPT_ENDS = ['.js', '.json', '.mjs', '.cjs', '/index.js'];
