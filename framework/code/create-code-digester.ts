import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { runFiles } from './basis.ts';
import type { CodeDigest, CodeDigester, StepSource } from './code-digest.ts';
import type { DigestedSource, SourceDigester } from './digest-source.ts';
import { storedDigests } from './stored-digests.ts';

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

  // What takes source apart is loaded when source has changed: most runs end without it.
  const takenApart = async (step: StepSource): Promise<DigestedSource> => {
    source ??= import('./digest-source.ts').then(({ sourceDigester }) => sourceDigester({ projectDir, cacheDir, run }));
    return (await source)(step);
  };

  async function digest(step: StepSource): Promise<CodeDigest> {
    const { file, className, method } = step;
    const id = JSON.stringify([process.versions.node.split('.')[0], projectDir, file, className, method]);
    const known = stored.find(id);
    if (known) return known;
    const { value, basis } = await takenApart(step);
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
    async textsOf({ className, method, ...step }) {
      return (await takenApart({ file: sourceOf({ className, method, ...step }), className, method })).texts();
    },
  };
}

/** The step's file by its one real name. */
function sourceOf(step: StepSource): string {
  try {
    return realpathSync.native(step.file);
  } catch (error) {
    const problem = 'there is no such file';
    throw sluiceError('ERR_STEP_SOURCE', { step: `${step.className}.${step.method}`, file: step.file, problem }, error);
  }
}
