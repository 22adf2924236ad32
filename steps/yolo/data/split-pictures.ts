import { basename } from 'node:path';
import type { FileRef } from 'sluice';
import { assignSplits, parseRatios } from './assign-splits.ts';
import type { SplitName } from './dataset-source.ts';
import { withoutExtension } from './list-files.ts';
import type { SourcePicture } from './opened-source.ts';
import type { Finding } from './prepared-dataset.ts';
import { readSplitFile } from './read-split-file.ts';
import type { CheckedPicture } from './take-pictures.ts';

const DEFAULT_RATIOS = '0.8,0.1,0.1';

/** Where the splits come from: one of the three, decided once. */
export type SplitPlan =
  | { readonly by: 'file'; readonly splits: ReadonlyMap<string, SplitName>; readonly name: string }
  | { readonly by: 'source' }
  | { readonly by: 'ratio'; readonly ratios: string; readonly seed: number };

export interface PlacedPicture extends CheckedPicture {
  readonly split: SplitName;
}

/** A split file is followed before given ratios, those before the data set's own splits; with none of the three it is 0.8,0.1,0.1. */
export async function planSplits(
  pictures: readonly SourcePicture[],
  options: { readonly split: string; readonly splitFile: FileRef | null; readonly seed: number },
): Promise<SplitPlan> {
  const { split, splitFile, seed } = options;
  if (splitFile !== null) return { by: 'file', splits: await readSplitFile(splitFile), name: splitFile.name };
  if (split !== '') return { by: 'ratio', ratios: split, seed };
  if (pictures.some((picture) => picture.split !== null)) return { by: 'source' };
  return { by: 'ratio', ratios: DEFAULT_RATIOS, seed };
}

/** The pictures that the plan has a place for, before any is opened. A split file names all that are wanted. */
export function wantedPictures(
  pictures: readonly SourcePicture[],
  plan: SplitPlan,
): { readonly pictures: readonly SourcePicture[]; readonly findings: readonly Finding[] } {
  if (plan.by === 'source') return { pictures: pictures.filter(({ split }) => split !== null), findings: [] };
  if (plan.by === 'ratio') return { pictures: uniqueByPath(pictures), findings: [] };
  const met = new Set<string>();
  const wanted = uniqueByPath(pictures).flatMap((picture) => {
    const key = spellings(picture).find((spelling) => plan.splits.has(spelling));
    if (key === undefined) return [];
    met.add(key);
    return [{ ...picture, split: plan.splits.get(key)! }];
  });
  const findings = [...plan.splits.keys()]
    .filter((key) => !met.has(key))
    .map((key): Finding => {
      const message = `named in ${plan.name}, but the data set has no usable picture of this name`;
      return { severity: 'error', code: 'missing-image', message, file: key };
    });
  return { pictures: wanted, findings };
}

/** Gives every picture its split, and tells of pictures that are there twice. */
export function splitPictures(
  pictures: readonly CheckedPicture[],
  plan: SplitPlan,
): { readonly placed: readonly PlacedPicture[]; readonly findings: readonly Finding[] } {
  if (plan.by === 'ratio') {
    const { kept, findings } = withoutCopies(pictures);
    const names = kept.map(({ file }) => file);
    const splits = assignSplits(names, parseRatios(plan.ratios), plan.seed);
    return { placed: kept.map((picture, i) => ({ ...picture, split: splits[i]! })), findings };
  }
  const placed = pictures.flatMap((picture) => (picture.split === null ? [] : [{ ...picture, split: picture.split }]));
  return { placed, findings: copiesAmong(placed) };
}

/** Ratios deal pictures out by chance: a copy would land in train and val alike, so only the first stays. */
function withoutCopies(pictures: readonly CheckedPicture[]): { kept: CheckedPicture[]; findings: Finding[] } {
  const first = new Map<string, CheckedPicture>();
  const findings: Finding[] = [];
  for (const picture of pictures) {
    const other = first.get(picture.digest);
    if (other === undefined) first.set(picture.digest, picture);
    else {
      const message = `the same bytes as ${other.file}; left out`;
      findings.push({ severity: 'error', code: 'duplicate-image', message, file: picture.file });
    }
  }
  return { kept: [...first.values()], findings };
}

/** Where the splits are given they are kept to the letter, and what is wrong with them is told. */
function copiesAmong(pictures: readonly PlacedPicture[]): Finding[] {
  const first = new Map<string, PlacedPicture>();
  const findings: Finding[] = [];
  for (const picture of pictures) {
    const other = first.get(picture.digest);
    if (other === undefined) first.set(picture.digest, picture);
    else if (other.split === picture.split) {
      const message = `the same bytes as ${other.file}`;
      findings.push({ severity: 'warning', code: 'duplicate-image', message, file: picture.file });
    } else {
      const message = `in ${picture.split} and, as ${other.file}, in ${other.split}: scores on it are too good`;
      findings.push({ severity: 'warning', code: 'split-leak', message, file: picture.file });
    }
  }
  return findings;
}

/** train and val may be one folder in a data.yaml; dealt out anew, each picture counts once. */
function uniqueByPath(pictures: readonly SourcePicture[]): SourcePicture[] {
  return [...new Map(pictures.map((picture) => [picture.path, picture])).values()];
}

function spellings({ name, file }: SourcePicture): string[] {
  return [name, basename(name), basename(file), file, withoutExtension(file)];
}
