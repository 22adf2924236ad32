import type { SplitName } from './dataset-source.ts';

const SPELLINGS: readonly (readonly [SplitName, RegExp])[] = [
  ['train', /^train(ing)?[-_]?\d*$/i],
  ['val', /^val(id|idation)?[-_]?\d*$/i],
  ['test', /^test(ing)?[-_]?\d*$/i],
];

/** The split that a folder's or file's name means: `train`, `train2017`, `valid`. */
export const splitOfName = (name: string): SplitName | undefined =>
  SPELLINGS.find(([, spelling]) => spelling.test(name))?.[0];
