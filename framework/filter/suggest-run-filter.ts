import type { MetadataReads } from '../components/metadata-reads.ts';
import { STATUSES } from '../model/status.ts';
import { FILTER_KEY_NAMES, FILTER_KEYS } from './filter-keys.ts';
import { filterTerms } from './filter-terms.ts';

/** What may stand in place of the characters `from` to `to`. */
export interface FilterSuggestions {
  readonly from: number;
  readonly to: number;
  readonly items: readonly { readonly text: string; readonly detail: string }[];
}

export interface SuggestOptions {
  readonly text: string;
  /** Where the cursor stands, in characters. */
  readonly cursor: number;
  readonly store: Pick<MetadataReads, 'knownNames' | 'pipelineStatistics'>;
  readonly pipelines: readonly string[];
  readonly stacks: readonly string[];
}

const MOST = 50;

/** What could be written at the cursor: keys, names of parameters and metrics that runs have, values that they have. */
export async function suggestRunFilter(options: SuggestOptions): Promise<FilterSuggestions> {
  const { text, cursor } = options;
  const before = text.slice(0, cursor);
  const word = /[^\s"]*$/.exec(before)?.[0] ?? '';
  const start = cursor - word.length;
  const [term] = filterTerms(word).terms;
  if (term?.key !== undefined) return valuesOf(term.key, term.value, { ...options, from: start + term.valueAt });
  const sign = /^[-!]/.exec(word)?.[0] ?? '';
  const from = start + sign.length;
  return keysOf(word.slice(sign.length), { ...options, from });
}

interface Place extends SuggestOptions {
  readonly from: number;
}

async function keysOf(begun: string, { from, cursor, store }: Place): Promise<FilterSuggestions> {
  const [, group, prefix = ''] = /^(param|metric)s?\.(.*)$/s.exec(begun) ?? [];
  if (group === undefined) {
    const keys = FILTER_KEY_NAMES.filter((key) => key.startsWith(begun.toLowerCase()));
    const items = keys.map((key) => ({ text: `${key}${ENDS[key] ?? ':'}`, detail: FILTER_KEYS[key] }));
    return { from, to: cursor, items };
  }
  const names = await store.knownNames(group as 'param' | 'metric', { prefix, limit: MOST });
  const ending = group === 'param' ? '=' : '>';
  const items = names.map((name) => ({
    text: `${group}s.${/[\s:=<>!"]/.test(name) ? JSON.stringify(name) : name}${ending}`,
    detail: group === 'param' ? 'parameter' : 'metric',
  }));
  return { from, to: cursor, items };
}

/** What follows a key that is not followed by a colon. */
const ENDS: Readonly<Record<string, string>> = { params: '.', metrics: '.', duration: '>' };

async function valuesOf(key: string, begun: string, place: Place): Promise<FilterSuggestions> {
  // Of a list only its last value is being written.
  const comma = begun.lastIndexOf(',') + 1;
  const prefix = begun.slice(comma);
  const values = await knownValues(key, prefix, place);
  const items = values
    .filter(([value]) => value.toLowerCase().startsWith(prefix.toLowerCase()))
    .slice(0, MOST)
    .map(([value, detail]) => ({ text: /[\s,"]/.test(value) ? JSON.stringify(value) : value, detail }));
  return { from: place.from + comma, to: place.cursor, items };
}

const TIMES = [
  ['1h', 'the last hour'],
  ['24h', 'the last day'],
  ['7d', 'the last week'],
  ['30d', 'the last 30 days'],
] as const;

async function knownValues(
  key: string,
  prefix: string,
  { store, pipelines, stacks }: Place,
): Promise<readonly (readonly [string, string])[]> {
  switch (key) {
    case 'status':
    case 'state':
      return STATUSES.map((status) => [status, 'state'] as const);
    case 'tag':
      return (await store.knownNames('tag', { prefix, limit: MOST })).map((tag) => [tag, 'tag'] as const);
    case 'pipeline': {
      const ran = (await store.pipelineStatistics()).map(({ pipeline, runs }) => [pipeline, `${runs} runs`] as const);
      const known = new Set(ran.map(([name]) => name));
      return [...ran, ...pipelines.filter((name) => !known.has(name)).map((name) => [name, 'never ran'] as const)];
    }
    case 'stack':
      return stacks.map((stack) => [stack, 'stack'] as const);
    case 'since':
    case 'until':
      return TIMES;
    case 'duration':
      return [
        ['1m', 'a minute'],
        ['10m', 'ten minutes'],
        ['1h', 'an hour'],
      ];
    default:
      return [];
  }
}
