import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { canonicalDigest } from '../hashing/canonical.ts';
import type { Digest } from '../hashing/digest.ts';
import type { Basis, RunFiles } from './basis.ts';
import type { CodeDigest, StepSource } from './code-digest.ts';
import { codeParts, codePieces, fileNamer } from './code-parts.ts';
import { codeTexts } from './code-texts.ts';
import type { ModuleFacts } from './module-facts.ts';
import { moduleFactsCache } from './module-facts-cache.ts';
import { packageDigests } from './package-digests.ts';
import { CodeReach, type CodeWorld } from './reach-code.ts';
import { importResolver } from './resolve-import.ts';
import { type ClassSlice, sliceClass } from './slice-class.ts';

/** Raise it when anything about how a digest is made changes: digests of an older one are never compared with new ones. */
const VERSION = 1;

/** The digest of a step method, and what it rests on. `step.file` is the real path. */
export type SourceDigester = (step: StepSource) => DigestedSource;

export interface DigestedSource {
  readonly value: CodeDigest;
  readonly basis: Basis;
  /** `CodeDigester.textsOf`. */
  texts(): ReadonlyMap<Digest, string>;
}

/**
 * Digests step methods by taking their source apart.
 *
 * Counted are the pieces of source that the method reaches (framework/code/reach-code.ts), packages by their locked integrity, and Node's major.
 * Not counted: comments, layout, types, what nothing in reach uses, the engine, and what no source shows: values that change while a process runs.
 */
export function sourceDigester(options: {
  readonly projectDir: string;
  readonly cacheDir: string;
  readonly run: RunFiles;
}): SourceDigester {
  const { projectDir, cacheDir, run } = options;
  const world: CodeWorld = {
    run,
    facts: moduleFactsCache(join(cacheDir, 'code-facts')),
    resolve: importResolver(run),
    packageDigest: packageDigests(run),
  };
  return (step) => {
    const reach = new CodeReach(world);
    const slice = sliceOf(step, reach.start(step.file));
    const reached = reach.finish(step.file, step.className, slice.items);
    const nameOf = fileNamer(step.file, projectDir);
    const pieces = codePieces(reached, nameOf);
    const parts = codeParts(pieces, reached.packages);
    const value: CodeDigest = Object.freeze({
      digest: canonicalDigest([VERSION, parts.map(({ part, digest }) => [part, digest])]),
      parts,
      files: [...reached.modules.map(({ path }) => path), ...reached.assets.keys()].sort(),
      opened: [...reached.opened].map((path) => ({
        part: `code ${nameOf(path)}`,
        path,
        digest: reached.assets.get(path)!,
      })),
      receiverFields: slice.receiverFields,
      warnings: reached.warnings.map((warning) => ({ ...warning, file: nameOf(warning.file) })),
    });
    return { value, basis: reached.basis, texts: () => codeTexts(pieces, (path) => run.read(path)?.text) };
  };
}

/** A class that is made inside a function can't be taken apart from here: the whole file counts, and all of its object's fields. */
function sliceOf(step: StepSource, module: ModuleFacts): ClassSlice {
  const { className, method, file } = step;
  const facts = module.classes[className];
  if (!facts) return { items: [...module.items.keys()], receiverFields: '*' };
  const isOwn = facts.members.some(({ name, isStatic }) => name === method && !isStatic);
  if (!isOwn && !facts.hasBase) {
    const problem = `class ${className} has no method ${method}`;
    throw sluiceError('ERR_STEP_SOURCE', { step: `${className}.${method}`, file, problem });
  }
  return sliceClass(className, facts, method, module.items);
}
