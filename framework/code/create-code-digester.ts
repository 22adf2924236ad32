import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { canonicalDigest } from '../hashing/canonical.ts';
import { runFiles } from './basis.ts';
import type { CodeDigest, CodeDigester } from './code-digest.ts';
import { codeParts, fileNamer } from './code-parts.ts';
import type { ModuleFacts } from './module-facts.ts';
import { moduleFactsCache } from './module-facts-cache.ts';
import { packageDigests } from './package-digests.ts';
import { CodeReach, type CodeWorld } from './reach-code.ts';
import { importResolver } from './resolve-import.ts';
import { type ClassSlice, sliceClass } from './slice-class.ts';
import { storedDigests } from './stored-digests.ts';

/** Raise it when anything about how a digest is made changes: digests of an older one are never compared with new ones. */
const VERSION = 1;

type Step = Parameters<CodeDigester['digestOf']>[0];

export interface CodeDigesterOptions {
  /** Folder of the project: files outside of any package are named from here. */
  readonly projectDir: string;
  /** Where answers are kept between runs. */
  readonly cacheDir: string;
}

/**
 * Digests step methods from their TypeScript source. Make one for each run: a file it has read once stays as it was, and what this process has
 * loaded counts as it was loaded.
 *
 * Counted are the pieces of source that the method reaches (framework/code/reach-code.ts), packages by their locked integrity, and Node's major.
 * Not counted: comments, layout, types, what nothing in reach uses, the engine, and what no source shows: values that change while a process runs.
 *
 * @throws ERR_STEP_SOURCE, ERR_SOURCE_SYNTAX, ERR_SOURCE_NOT_FOUND.
 */
export function createCodeDigester({ projectDir, cacheDir }: CodeDigesterOptions): CodeDigester {
  const run = runFiles();
  const stored = storedDigests(join(cacheDir, 'code-digests'), run);
  const world: CodeWorld = {
    run,
    facts: moduleFactsCache(join(cacheDir, 'code-facts')),
    resolve: importResolver(run),
    packageDigest: packageDigests(run),
  };
  const done = new Map<string, CodeDigest>();
  return {
    async digestOf(step) {
      const file = sourceOf(step);
      const id = JSON.stringify([process.versions.node.split('.')[0], projectDir, file, step.className, step.method]);
      const known = done.get(id) ?? stored.find(id);
      if (known) {
        done.set(id, known);
        return known;
      }
      const reach = new CodeReach(world);
      const module = reach.start(file);
      const slice = sliceOf(step, module);
      const reached = reach.finish(file, step.className, slice.items);
      const parts = codeParts(reached, fileNamer(file, projectDir));
      const value: CodeDigest = Object.freeze({
        digest: canonicalDigest([VERSION, parts.map(({ part, digest }) => [part, digest])]),
        parts,
        files: [...reached.modules.map(({ path }) => path), ...reached.assets.keys()].sort(),
        receiverFields: slice.receiverFields,
        warnings: reached.warnings,
      });
      stored.keep(id, value, reached.basis);
      done.set(id, value);
      return value;
    },
  };
}

/** The step's file by its one real name. */
function sourceOf(step: Step): string {
  try {
    return realpathSync.native(step.file);
  } catch (error) {
    throw noSource(step, 'there is no such file', error);
  }
}

/** A class that is made inside a function can't be taken apart from here: the whole file counts, and all of its object's fields. */
function sliceOf(step: Step, module: ModuleFacts): ClassSlice {
  const { className, method } = step;
  const facts = module.classes[className];
  if (!facts) return { items: [...module.items.keys()], receiverFields: '*' };
  const isOwn = facts.members.some(({ name, isStatic }) => name === method && !isStatic);
  if (!isOwn && !facts.hasBase) throw noSource(step, `class ${className} has no method ${method}`);
  return sliceClass(className, facts, method, module.items);
}

const noSource = (step: Step, problem: string, cause?: unknown) =>
  sluiceError('ERR_STEP_SOURCE', { step: `${step.className}.${step.method}`, file: step.file, problem }, cause);
