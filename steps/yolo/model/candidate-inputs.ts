import type { Feed } from '../nn/session.ts';
import { input, type Value } from '../nn/value.ts';
import { TOP_K } from './assign-targets.ts';
import { type CandidateOptions, type Candidates, candidatesOf } from './candidates.ts';

/** The graph's side of `Candidates`: the same fields as inputs with free dimensions, named `candidates.FIELD`. */
export type CandidateInputs = { readonly [K in keyof Candidates]: Value };

const BOXES = 'boxes';
const CANDIDATES = 'candidates';

export function candidateInputs(): CandidateInputs {
  const box = (name: string): Value => input(`candidates.${name}`, [BOXES, 1]);
  return {
    row: box('row'),
    x1: box('x1'),
    y1: box('y1'),
    x2: box('x2'),
    y2: box('y2'),
    anchors: input('candidates.anchors', [BOXES, CANDIDATES], 'int64'),
    scores: input('candidates.scores', [BOXES, CANDIDATES], 'int64'),
    valid: input('candidates.valid', [BOXES, CANDIDATES]),
  };
}

/** What to feed for the labels of one batch. */
export function candidateFeeds(
  targets: readonly Float32Array[],
  options: Omit<CandidateOptions, 'least'>,
): Record<string, Feed> {
  const candidates = candidatesOf(targets, { ...options, least: TOP_K });
  return Object.fromEntries(Object.entries(candidates).map(([name, feed]) => [`candidates.${name}`, feed]));
}
