import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Oxc from 'oxc-transform';
import { sluiceError } from '../errors.ts';
import { type Digest, sha256 } from '../hashing/digest.ts';
import { BUILD } from './build-name.ts';
import { classNote } from './class-source.ts';
import { readableOffset } from './line-of.ts';
import { loosenTypeImports } from './loosen-type-imports.ts';
import type { Source } from './sources.ts';
import { writeAtomically } from './write-atomically.ts';

/**
 * Everything that decides the output beside the source. `es2024`: what Node 22 runs; decorators as TypeScript's `experimentalDecorators` has
 * them, because TypeScript's metadata (`emitDecoratorMetadata`) exists for those alone.
 */
const OPTIONS = {
  sourcemap: true,
  target: 'es2024',
  decorator: { legacy: true, emitDecoratorMetadata: true },
} as const satisfies Oxc.TransformOptions;

const require = createRequire(import.meta.url);

/** JavaScript made of one TypeScript file. */
export interface Transformed {
  readonly code: string;
  /** Where its source map is. */
  readonly mapFile: string;
}

export interface TransformCache {
  /** @throws ERR_SOURCE_SYNTAX with line and column. */
  transform(path: string, source: Source): Transformed;
  /** The same from the cache alone, where only the source's digest is known. */
  lookup(path: string, digest: Digest): Transformed | undefined;
}

/** Keeps what the transformer made, by content: `<dir>/<key>.js` and its source map beside it. */
export function openTransformCache(dir: string): TransformCache {
  const fileOf = (path: string, digest: Digest): string =>
    join(dir, `${sha256(`${BUILD}\n${path.endsWith('x') ? 'tsx' : 'ts'}\n${digest}`)}.js`);
  const lookup = (path: string, digest: Digest): Transformed | undefined => {
    const file = fileOf(path, digest);
    const code = readIfThere(file);
    return code === undefined || isTorn(code) ? undefined : { code, mapFile: `${file}.map` };
  };
  return {
    lookup,
    transform(path, source) {
      const known = lookup(path, source.digest);
      if (known) return known;
      const file = fileOf(path, source.digest);
      const mapFile = `${file}.map`;
      const compiled = compile(path, source.text);
      // Linked, not inline: the map costs nothing before somebody makes a stack trace. Debuggers follow the link.
      const code = `${compiled.code}\n${classNote(compiled.code)}\n//# sourceMappingURL=${pathToFileURL(mapFile).href}\n`;
      if (writeAtomically(mapFile, compiled.map)) writeAtomically(file, code);
      return { code, mapFile };
    },
  };
}

function compile(path: string, text: string): { readonly code: string; readonly map: string } {
  // Loaded on a miss only: the native transformer takes longer to load than a cached file to run.
  const { transformSync } = require('oxc-transform') as typeof Oxc;
  const options = { ...OPTIONS, lang: path.endsWith('x') ? 'tsx' : 'ts' } as const;
  const result = transformSync(path, text, options);
  const problem = result.errors.find(({ severity }) => severity === 'Error');
  if (problem) {
    const at = readableOffset(path, text, problem.labels[0]?.start ?? 0);
    throw sluiceError('ERR_SOURCE_SYNTAX', { at, problem: problem.message, frame: problem.codeframe ?? '' });
  }
  const map = JSON.stringify(result.map);
  if (!result.code.includes('"design:')) return { code: result.code, map };
  const plain = transformSync(path, text, { ...options, decorator: { legacy: true } });
  return { code: loosenTypeImports(result.code, plain.code), map };
}

/**
 * Whether a power cut left a part of it: its end is missing, or blocks that never reached the disk are zeros. Half a module may run without a word and
 * give other results, so it is made again. (Files are not synced one by one: a first start would take seconds longer.)
 */
const isTorn = (code: string): boolean =>
  !(code.endsWith('.js.map\n') && code.includes('\n//# sourceMappingURL=')) || code.includes('\0');

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not there, or not to be read (another user's, a file in the place of the folder): the source is transformed again, and whoever opens the store says what is wrong with the folder.
    return undefined;
  }
}
