import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DirectoryRef, type FileRef, inputError, type Progress } from 'sluice';
import { writeContactSheet } from './contact-sheet.ts';
import { type DatasetSource, SPLIT_NAMES, type SplitName } from './dataset-source.ts';
import { openSource } from './open-source.ts';
import type { Finding, PreparedDataset } from './prepared-dataset.ts';
import { selectClasses } from './select-classes.ts';
import { type PlacedPicture, planSplits, splitPictures, wantedPictures } from './split-pictures.ts';
import { takePictures } from './take-pictures.ts';
import { splitStatistics, type WrittenPicture, writeSplit } from './write-split.ts';

export interface PrepareOptions {
  /** From `resolveSource`. */
  readonly source: DatasetSource;
  /** Names (or numbers) of the wanted classes, which are numbered anew in this order; empty means all. */
  readonly classes?: readonly string[];
  /** The first so many pictures by name that have a box of a wanted class; null means all pictures, backgrounds too. */
  readonly limit?: number | null;
  /** `0.8,0.1,0.1`; empty means the data set's own splits, and 0.8,0.1,0.1 where it has none. */
  readonly split?: string;
  /** A CSV of split and stem: only its pictures are used. Comes before `split`. */
  readonly splitFile?: FileRef | null;
  /** Of the draw by ratio. */
  readonly seed?: number;
  /** Fail on findings of severity `error` instead of leaving out what they name. */
  readonly strict?: boolean;
  /** Empty folder for the result. */
  readonly workDir: string;
  /** Where downloads stay; no part of the result. Default `.cache/sluice/data` in the user's home. */
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Brings a data set of any kind into one form, checks it, and counts it. What can't be used is left out and reported (see `FindingCode`).
 *
 * The result hangs on the source's bytes and the options alone; every split is written in the order of its names.
 *
 * @throws ERR_INPUT when a class or split is unknown, when training or validation is left without a picture or without a box, or on `strict`.
 */
export async function prepareDataset(options: PrepareOptions): Promise<PreparedDataset> {
  const { classes = [], limit = null, split = '', splitFile = null, seed = 0, workDir } = options;
  const signal = options.signal ?? new AbortController().signal;
  const tell = (message: string, fraction: number): void => options.onProgress?.({ message, fraction });
  await mkdir(workDir, { recursive: true });

  const cacheDir = options.cacheDir ?? join(homedir(), '.cache', 'sluice', 'data');
  const opened = await openSource(options.source, { workDir, cacheDir, signal, onProgress: tell });
  const source = selectClasses(opened, classes);
  const plan = await planSplits(source.pictures, { split, splitFile, seed });
  const wanted = wantedPictures(source.pictures, plan);
  const checked = await takePictures(wanted.pictures, {
    limit,
    signal,
    onProgress: (done, of) => tell(`checking pictures ${done}/${of}`, done / of),
  });
  const { placed, findings: copies } = splitPictures(checked.taken, plan);
  const findings = [...source.findings, ...wanted.findings, ...checked.findings, ...copies].sort(byPlace);
  demandUsable(source.description, placed, findings, options.strict ?? false);

  const written = {} as Record<SplitName, readonly WrittenPicture[]>;
  for (const name of SPLIT_NAMES) {
    signal.throwIfAborted();
    const pictures = placed.filter((picture) => picture.split === name);
    written[name] = pictures.length === 0 ? [] : await writeSplit(join(workDir, name), pictures);
  }
  const { names } = source;
  const hasTest = written.test.length > 0;
  return {
    names,
    train: DirectoryRef.of(join(workDir, 'train')),
    val: DirectoryRef.of(join(workDir, 'val')),
    test: hasTest ? DirectoryRef.of(join(workDir, 'test')) : null,
    statistics: {
      source: source.description,
      train: splitStatistics(written.train, names),
      val: splitStatistics(written.val, names),
      test: hasTest ? splitStatistics(written.test, names) : null,
    },
    findings,
    contactSheet: await writeContactSheet(written, names, join(workDir, 'contact-sheet.png')),
  };
}

const byPlace = (a: Finding, b: Finding): number =>
  compare(a.severity, b.severity) ||
  compare(a.code, b.code) ||
  compare(a.file, b.file) ||
  (a.line ?? 0) - (b.line ?? 0);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function demandUsable(
  description: string,
  placed: readonly PlacedPicture[],
  findings: readonly Finding[],
  strict: boolean,
): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (strict && errors.length > 0) {
    throw inputError(
      `Data set ${description} has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}:\n${firstOf(errors)}`,
      'Mend them, or run without strict: then what they name is left out.',
    );
  }
  if (placed.length === 0) {
    throw inputError(
      `Data set ${description} has no usable picture left.${findings.length > 0 ? `\n${firstOf(findings)}` : ''}`,
      'Mend what is listed; a class filter or a split file may also leave nothing over.',
    );
  }
  for (const split of ['train', 'val'] as const) {
    const pictures = placed.filter((picture) => picture.split === split);
    const lack =
      pictures.length === 0 ? 'no pictures' : pictures.every(({ rows }) => rows.length === 0) ? 'no boxes' : null;
    if (lack === null) continue;
    throw inputError(
      `Data set ${description}: its ${split} split has ${lack} (${placed.length} pictures in all).${errors.length > 0 ? `\n${firstOf(errors)}` : ''}`,
      'Choose other splits (split 0.8,0.1,0.1 or a splitFile), more pictures, or other classes.',
    );
  }
}

const firstOf = (findings: readonly Finding[]): string => {
  const lines = findings.slice(0, 5).map(({ file, line, message }) => `  ${file}${line ? `:${line}` : ''}: ${message}`);
  return [...lines, ...(findings.length > 5 ? [`  … and ${findings.length - 5} more`] : [])].join('\n');
};
