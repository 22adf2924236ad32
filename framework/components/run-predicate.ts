import type { Time } from '../model/run.ts';

/** What of a run is compared as text. `tag` holds when any tag does, `commit` when the commit begins so. */
export const RUN_WORDS = ['status', 'pipeline', 'stack', 'name', 'id', 'tag', 'commit'] as const;
export type RunWord = (typeof RUN_WORDS)[number];

export const COMPARISONS = ['=', '!=', '>', '>=', '<', '<='] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * One condition on runs, as data: what a filter's text is parsed to, and what a metadata store answers from its indices.
 * A run without the parameter or metric that is compared never fits, and always fits the negation.
 */
export type RunPredicate = { readonly not: boolean } & (
  | {
      readonly kind: 'word';
      readonly word: RunWord;
      /** Any of them; `*` stands for any characters, except of `tag`, `id` and `commit`, which `id` and `commit` only need to begin with. */
      readonly values: readonly string[];
    }
  | {
      readonly kind: 'value';
      /** A parameter by its path (`split.train`), or the last value of a metric. */
      readonly of: 'param' | 'metric';
      readonly name: string;
      readonly comparison: Comparison;
      /** Numbers are compared as numbers, text by its characters (`=` and `!=` alone). */
      readonly value: number | string;
    }
  | { readonly kind: 'has'; readonly of: 'param' | 'metric'; readonly name: string }
  | { readonly kind: 'created'; readonly comparison: Comparison; readonly time: Time }
  /** Of runs that have ended. */
  | { readonly kind: 'duration'; readonly comparison: Comparison; readonly ms: number }
  /** Part of a name, or the beginning of an id. */
  | { readonly kind: 'search'; readonly text: string }
);
