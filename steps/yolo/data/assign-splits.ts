import { inputError, sha256 } from 'sluice';
import { SPLIT_NAMES, type SplitName } from './dataset-source.ts';

/** Share of each split, together 1. */
export type SplitRatios = Readonly<Record<SplitName, number>>;

/**
 * `0.8,0.1,0.1` (train, val, test) or `0.8,0.2` → shares.
 * @throws ERR_INPUT
 */
export function parseRatios(text: string): SplitRatios {
  const shares = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [train = 0, val = 0, test = 0] = shares;
  const sum = train + val + test;
  const valid = shares.length >= 2 && shares.length <= 3 && train > 0 && val > 0 && test >= 0;
  if (!valid || Math.abs(sum - 1) > 1e-6) {
    throw inputError(
      `split ${text} is not understood.`,
      'Two or three shares that make 1: 0.8,0.1,0.1 (train, val, test) or 0.8,0.2. Empty takes the data set’s own splits.',
    );
  }
  return { train, val, test };
}

/**
 * Deals pictures out by ratio. A picture's place in the draw hangs on the seed and its own name alone (SHA-256 of both), not on the order of a file
 * system or on a random generator: the same on every machine, and a picture more or less moves few others.
 *
 * Each split that is wanted gets its rounded share, at least one picture; train gets the rest.
 *
 * @param names unique.
 * @returns the split of every name, in their order.
 */
export function assignSplits(names: readonly string[], ratios: SplitRatios, seed: number): SplitName[] {
  const drawn = names
    .map((name, index) => ({ index, key: sha256(`${seed}\n${name}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const share = (split: SplitName): number =>
    ratios[split] === 0 ? 0 : Math.max(1, Math.round(names.length * ratios[split]));
  const [val, test] = [share('val'), share('test')];
  const splits = Array.from(names, (): SplitName => 'train');
  for (const { index } of drawn.slice(0, val)) splits[index] = 'val';
  for (const { index } of drawn.slice(val, val + test)) splits[index] = 'test';
  return splits;
}

export const isSplitName = (text: string): text is SplitName => SPLIT_NAMES.some((name) => name === text);
