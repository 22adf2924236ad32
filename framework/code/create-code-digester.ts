import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { runFiles } from './basis.ts';
import type { CodeDigest, CodeDigester } from './code-digest.ts';
import type { SourceDigester } from './digest-source.ts';
import { storedDigests } from './stored-digests.ts';

type Step = Parameters<CodeDigester['digestOf']>[0];

export interface CodeDigesterOptions {
  /** Folder of the project: files outside of any package are named from here. */
  readonly projectDir: string;
  /** Where answers are kept between runs. */
  readonly cacheDir: string;
}

/**
 * Digests step methods from their TypeScript source. Make one for each run: a file it has read once stays as it was, and what this process has
 * loaded counts as it was loaded. An answer of an earlier run holds as long as every file it rests on has the content it had.
 *
 * @throws ERR_STEP_SOURCE, ERR_SOURCE_SYNTAX, ERR_SOURCE_NOT_FOUND.
 */
export function createCodeDigester({ projectDir, cacheDir }: CodeDigesterOptions): CodeDigester {
  const run = runFiles();
  const stored = storedDigests(join(cacheDir, 'code-digests'), run);
  const done = new Map<string, Promise<CodeDigest>>();
  let source: Promise<SourceDigester> | undefined;

  async function digest(step: Step): Promise<CodeDigest> {
    const { file, className, method } = step;
    const id = JSON.stringify([process.versions.node.split('.')[0], projectDir, file, className, method]);
    const known = stored.find(id);
    if (known) return known;
    // What takes source apart is loaded when source has changed: most runs end without it.
    source ??= import('./digest-source.ts').then(({ sourceDigester }) => sourceDigester({ projectDir, cacheDir, run }));
    const { value, basis } = (await source)(step);
    stored.keep(id, value, basis);
    return value;
  }

  return {
    async digestOf(step) {
      const { className, method } = step;
      const name = JSON.stringify([step.file, className, method]);
      const known = done.get(name);
      if (known) return known;
      const found = digest({ file: sourceOf(step), className, method });
      done.set(name, found);
      return found;
    },
  };
}

/** The step's file by its one real name. */
function sourceOf(step: Step): string {
  try {
    return realpathSync.native(step.file);
  } catch (error) {
    const problem = 'there is no such file';
    throw sluiceError('ERR_STEP_SOURCE', { step: `${step.className}.${step.method}`, file: step.file, problem }, error);
  }
}
