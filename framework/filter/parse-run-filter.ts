import { COMPARISONS, type Comparison, type RunPredicate, type RunWord } from '../components/run-predicate.ts';
import { STATUSES } from '../model/status.ts';
import { nearest } from '../nearest.ts';
import { FilterError, type FilterProblem } from './filter-error.ts';
import { FILTER_KEY_NAMES } from './filter-keys.ts';
import { type FilterTerm, filterTerms } from './filter-terms.ts';
import { durationOf, timeOf } from './time-text.ts';

/** Longer texts are nobody's filter, and each word may cost a look through all runs. */
const LONGEST = 2000;
const MOST_TERMS = 30;

/**
 * What the text of a filter asks for: all of its words together.
 *
 * @example parseRunFilter('status:failed,lost -tag:nightly metrics.mAP50>0.5 params.lr0=0.01 since:7d "first try"', Date.now())
 * @throws ERR_FILTER (FilterError) with the place of what is not understood, and the nearest right word.
 */
export function parseRunFilter(text: string, now: number): readonly RunPredicate[] {
  const { terms, problem } = filterTerms(text);
  if (problem) throw new FilterError(text, problem);
  if (text.length > LONGEST || terms.length > MOST_TERMS) {
    throw new FilterError(text.slice(0, LONGEST), {
      message: `A filter has at most ${MOST_TERMS} words and ${LONGEST} characters.`,
      hint: 'Leave some of them out.',
      at: 0,
      length: text.length,
    });
  }
  return terms.map((term) => {
    const predicate = predicateOf(term, now);
    if ('message' in predicate) throw new FilterError(text, predicate);
    return predicate;
  });
}

/** What is wrong with a filter's text; undefined when nothing is. */
export function filterProblem(text: string, now: number): FilterProblem | undefined {
  const { terms, problem } = filterTerms(text);
  if (problem) return problem;
  return terms.map((term) => predicateOf(term, now)).find((one) => 'message' in one);
}

const WORD_KEYS: Readonly<Record<string, RunWord>> = {
  status: 'status',
  state: 'status',
  pipeline: 'pipeline',
  stack: 'stack',
  name: 'name',
  id: 'id',
  tag: 'tag',
  commit: 'commit',
};

function predicateOf(term: FilterTerm, now: number): RunPredicate | FilterProblem {
  const { key, value, not } = term;
  if (key === undefined) return { kind: 'search', text: value, not };
  const [, group, name] = /^(param|metric)s?\.(.*)$/s.exec(key) ?? [];
  if (group !== undefined && name !== undefined) return valuePredicate(term, group as 'param' | 'metric', name);
  const word = WORD_KEYS[key];
  if (word !== undefined) return wordPredicate(term, word);
  if (key === 'since' || key === 'until' || key === 'created') return timePredicate(term, key, now);
  if (key === 'duration') return durationPredicate(term);
  return unknownKey(term, key);
}

function unknownKey({ keyAt }: FilterTerm, key: string): FilterProblem {
  const meant = nearest(key, FILTER_KEY_NAMES);
  return {
    message: `There is no key ${key}.`,
    hint: `${meant ? `Did you mean ${meant}? ` : ''}There are ${FILTER_KEY_NAMES.join(', ')}; parameters are params.${key}, and text with a colon in it stands in quotes.`,
    at: keyAt,
    length: key.length,
  };
}

const wrongValue = ({ valueAt, end }: FilterTerm, message: string, hint: string): FilterProblem => ({
  message,
  hint,
  at: valueAt,
  length: Math.max(1, end - valueAt),
});

function wordPredicate(term: FilterTerm, word: RunWord): RunPredicate | FilterProblem {
  const { key, operator, value, isQuoted } = term;
  if (operator !== ':' && operator !== '=' && operator !== '!=') return wrongOperator(term, `${key}:value`);
  const values = isQuoted ? [value] : value.split(',').filter((one) => one !== '');
  if (values.length === 0) return wrongValue(term, `${key}: needs a value.`, `Say which: ${key}:value.`);
  if (word === 'status') {
    const unknown = values.find((one) => !STATUSES.some((status) => status === one));
    if (unknown !== undefined) {
      const meant = nearest(unknown, STATUSES);
      const hint = `${meant ? `Did you mean ${meant}? ` : ''}States are ${STATUSES.join(', ')}.`;
      return wrongValue(term, `There is no state ${unknown}.`, hint);
    }
  }
  return { kind: 'word', word, values, not: term.not !== (operator === '!=') };
}

function valuePredicate(term: FilterTerm, of: 'param' | 'metric', name: string): RunPredicate | FilterProblem {
  const { key, keyAt, not, operator = ':', value, isQuoted } = term;
  if (name === '') {
    const hint = of === 'param' ? 'params.epochs=10' : 'metrics.mAP50>0.5';
    return { message: `${key} needs a name.`, hint: `Say which: ${hint}.`, at: keyAt, length: key?.length ?? 0 };
  }
  if (value === '*' && !isQuoted && operator === ':') return { kind: 'has', of, name, not };
  if (value === '' && !isQuoted)
    return wrongValue(term, `${key} needs a value.`, `${key}=0.5, or ${key}:* for runs that have it.`);
  const comparison = COMPARISONS.find((one) => one === operator) ?? '=';
  const number = isQuoted ? Number.NaN : numberOf(value);
  if (!Number.isNaN(number)) return { kind: 'value', of, name, comparison, value: number, not };
  if (of === 'metric') return wrongValue(term, `A metric is compared with a number, not with ${value}.`, `${key}>0.5`);
  if (comparison !== '=' && comparison !== '!=') {
    return wrongValue(term, `${operator} compares numbers, and ${value} is none.`, `${key}=${value}`);
  }
  return { kind: 'value', of, name, comparison, value, not };
}

/** `1e-3`, `.5`, `-2`, `50%`; NaN for anything else. */
function numberOf(text: string): number {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?%?$/i.test(text)) return Number.NaN;
  return text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
}

function timePredicate(term: FilterTerm, key: string, now: number): RunPredicate | FilterProblem {
  const time = timeOf(term.value, now);
  if (time === undefined) {
    const hint = 'Say how long ago (30m, 2h, 7d, 1w) or a date (2026-11-20, 2026-11-20T08:00Z).';
    return wrongValue(term, `${term.value || 'Nothing'} is no time.`, hint);
  }
  if (key === 'created') return { kind: 'created', comparison: comparisonOf(term), time, not: term.not };
  if (term.operator !== ':' && term.operator !== '=') return wrongOperator(term, `${key}:7d`);
  return { kind: 'created', comparison: key === 'since' ? '>=' : '<', time, not: term.not };
}

function durationPredicate(term: FilterTerm): RunPredicate | FilterProblem {
  const ms = durationOf(term.value);
  if (ms === undefined)
    return wrongValue(term, `${term.value || 'Nothing'} is no duration.`, 'duration>10m, duration<30s');
  return { kind: 'duration', comparison: comparisonOf(term), ms, not: term.not };
}

const comparisonOf = ({ operator }: FilterTerm): Comparison => COMPARISONS.find((one) => one === operator) ?? '=';

const wrongOperator = ({ key = '', keyAt, operator = '' }: FilterTerm, right: string): FilterProblem => ({
  message: `${key} can't be compared by ${operator}.`,
  hint: `Write ${right}.`,
  at: keyAt + key.length,
  length: operator.length,
});
