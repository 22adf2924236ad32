import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CodeDigest } from '../../../../framework/code/code-digest.ts';
import { createCodeDigester } from '../../../../framework/code/create-code-digester.ts';
import { type Edit, editProject } from './edit-project.ts';
import { type GeneratedProject, generateProject } from './generate-project.ts';
import { random } from './random.ts';
import { openOracle } from './run-oracle.ts';

/** One step under one edit. */
interface Observed {
  readonly edit: Pick<Edit, 'kind' | 'file' | 'isCosmetic'>;
  readonly step: string;
  readonly hasOtherDigest: boolean;
  readonly hasOtherResult: boolean;
  /** For a false hit: how to see it again. */
  readonly before: string;
  readonly after: string;
  readonly diff: string;
}

export interface CampaignReport {
  readonly edits: number;
  readonly comparisons: number;
  /** Other results under the same digest: wrong hits. */
  readonly falseHits: readonly Observed[];
  /** Another digest although the results are the same, of edits that can't change what code does: misses for nothing. */
  readonly cosmeticMisses: readonly Observed[];
  /** The same of all other edits: unreached code, and code whose effect these inputs don't show. */
  readonly unseenMisses: readonly Observed[];
  /** Comparisons with the same result. */
  readonly same: number;
  readonly sameAfterCosmetic: number;
  readonly byKind: Readonly<
    Record<string, { readonly edits: number; readonly otherResult: number; readonly otherDigest: number }>
  >;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly edits: number;
  readonly modules?: number;
}

/**
 * Edits a made-up project again and again; after each edit the digest of every step is compared with what the step really returns, in a fresh process.
 * The project goes on from edit to edit, except where an edit broke it; one that leaves no program at all is not compared.
 */
export async function runCampaign({ seed, edits, modules = 60 }: CampaignOptions): Promise<CampaignReport> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-differential-'));
  try {
    const project = generateProject(seed, modules);
    const oracle = openOracle(dir);
    const source = sourceFolder(join(dir, 'project'));
    const look = async (files: ReadonlyMap<string, string>) => {
      source.put(files);
      oracle.put(files);
      const [digests, results] = await Promise.all([source.digests(project.steps), oracle.results(project.steps)]);
      return { files, digests, results };
    };
    const r = random(seed ^ 0x5eed);
    const observed: Observed[] = [];
    let before = await look(project.files);
    const health = healthIn(before.results);
    for (let at = 0; at < edits; at++) {
      const edit = editProject(before.files, r);
      const last = before;
      const after = await look(edit.files).catch(unlessSyntax);
      if (after)
        observed.push(
          ...project.steps.map(({ className, method }, i) => observe(edit, `${className}.${method}`, i, last, after)),
        );
      if (after && healthIn(after.results) >= health) before = after;
      else {
        source.put(before.files);
        oracle.put(before.files);
      }
    }
    return reportOf(observed, edits);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const healthIn = (results: readonly string[]): number => results.filter((one) => !one.includes('throws')).length;

/** An edit that leaves no program has nothing to run. */
function unlessSyntax(error: unknown): undefined {
  if ((error as { readonly code?: unknown }).code !== 'ERR_SOURCE_SYNTAX') throw error;
}

interface Look {
  readonly files: ReadonlyMap<string, string>;
  readonly digests: readonly CodeDigest[];
  readonly results: readonly string[];
}

const observe = (edit: Edit, step: string, i: number, before: Look, after: Look): Observed => ({
  edit: { kind: edit.kind, file: edit.file, isCosmetic: edit.isCosmetic },
  step,
  hasOtherDigest: before.digests[i]!.digest !== after.digests[i]!.digest,
  hasOtherResult: before.results[i] !== after.results[i],
  before: before.results[i]!,
  after: after.results[i]!,
  diff: lineDiff(before.files.get(edit.file) ?? '', after.files.get(edit.file) ?? ''),
});

function lineDiff(before: string, after: string): string {
  const [a, b] = [new Set(before.split('\n')), new Set(after.split('\n'))];
  return [
    ...[...a].filter((line) => !b.has(line)).map((line) => `- ${line}`),
    ...[...b].filter((line) => !a.has(line)).map((line) => `+ ${line}`),
  ].join('\n');
}

function reportOf(observed: readonly Observed[], edits: number): CampaignReport {
  const byKind: Record<string, { edits: number; otherResult: number; otherDigest: number }> = {};
  for (const { edit, hasOtherDigest, hasOtherResult } of observed) {
    const row = byKind[edit.kind] ?? { edits: 0, otherResult: 0, otherDigest: 0 };
    byKind[edit.kind] = row;
    row.edits += 1;
    row.otherResult += Number(hasOtherResult);
    row.otherDigest += Number(hasOtherDigest);
  }
  const same = observed.filter(({ hasOtherResult }) => !hasOtherResult);
  const cosmetic = same.filter(({ edit }) => edit.isCosmetic);
  return {
    edits,
    comparisons: observed.length,
    falseHits: observed.filter(({ hasOtherDigest, hasOtherResult }) => hasOtherResult && !hasOtherDigest),
    cosmeticMisses: cosmetic.filter(({ hasOtherDigest }) => hasOtherDigest),
    unseenMisses: same.filter(({ edit, hasOtherDigest }) => !edit.isCosmetic && hasOtherDigest),
    same: same.length,
    sameAfterCosmetic: cosmetic.length,
    byKind,
  };
}

/** The project's files on disk, digested as every new run does it: with what earlier runs have kept. */
function sourceFolder(dir: string) {
  const written = new Map<string, string>();
  return {
    put(files: ReadonlyMap<string, string>): void {
      for (const [name, text] of files) {
        if (written.get(name) === text) continue;
        written.set(name, text);
        mkdirSync(dirname(join(dir, name)), { recursive: true });
        writeFileSync(join(dir, name), text);
      }
      for (const name of written.keys()) {
        if (files.has(name)) continue;
        written.delete(name);
        rmSync(join(dir, name));
      }
    },
    digests(steps: GeneratedProject['steps']): Promise<readonly CodeDigest[]> {
      const digester = createCodeDigester({ projectDir: dir, cacheDir: join(dir, '.cache') });
      return Promise.all(steps.map((step) => digester.digestOf({ ...step, file: join(dir, step.file) })));
    },
  };
}
