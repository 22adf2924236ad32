import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CodeDigest } from '../../../framework/code/code-digest.ts';
import { createCodeDigester } from '../../../framework/code/create-code-digester.ts';

export interface SourceProject {
  readonly dir: string;
  write(file: string, text: string): void;
  /** Replaces text that must be there. */
  edit(file: string, from: string | RegExp, to: string): void;
  remove(file: string): void;
  /** As a run of its own finds it; asked twice, from the sources and from the answers kept by earlier runs, which must agree. */
  digest(step: StepSource): Promise<CodeDigest>;
  digests(steps: readonly StepSource[]): Promise<readonly CodeDigest[]>;
}

export interface StepSource {
  readonly file: string;
  readonly className: string;
  readonly method: string;
}

/** A project in a temporary folder, removed when the test ends: a copy of `template`, or just the given files. */
export function sourceProject(from: {
  readonly template?: string;
  readonly files?: Record<string, string>;
}): SourceProject {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-code-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  if (from.template) cpSync(from.template, dir, { recursive: true });
  else writeFileSync(join(dir, 'package.json'), '{ "name": "made-up", "type": "module" }');
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  for (const [file, text] of Object.entries(from.files ?? {})) write(file, text);
  const digests = async (steps: readonly StepSource[]): Promise<readonly CodeDigest[]> => {
    const of = async (cacheDir: string): Promise<readonly CodeDigest[]> => {
      const run = createCodeDigester({ projectDir: dir, cacheDir });
      return Promise.all(steps.map((step) => run.digestOf({ ...step, file: join(dir, step.file) })));
    };
    const kept = await of(join(dir, '.cache', 'kept'));
    const found = await of(mkdtempSync(join(dir, '.cache', 'fresh-')));
    kept.forEach(({ digest }, index) => {
      if (digest !== found[index]!.digest) throw new Error(`A stale answer for ${JSON.stringify(steps[index])}.`);
    });
    return found;
  };
  return {
    dir,
    write,
    edit(file, before, after) {
      const text = readFileSync(join(dir, file), 'utf8');
      const changed = text.replace(before, after);
      if (changed === text) throw new Error(`${file} has no ${before}`);
      write(file, changed);
    },
    remove: (file) => rmSync(join(dir, file), { recursive: true }),
    digests,
    digest: async (step) => (await digests([step]))[0]!,
  };
}

/** Names of the parts in which two digests differ. */
export function changedParts(before: CodeDigest, after: CodeDigest): readonly string[] {
  const digests = (one: CodeDigest) => new Map(one.parts.map(({ part, digest }) => [part, digest as string]));
  const [a, b] = [digests(before), digests(after)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((part) => a.get(part) !== b.get(part)).sort();
}
