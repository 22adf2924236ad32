import type { FilterProblem } from './filter-error.ts';

/** One word of a filter's text, with where it stands. */
export interface FilterTerm {
  readonly not: boolean;
  /** `status`, `params.split.train`; undefined for words that are searched for. */
  readonly key: string | undefined;
  readonly keyAt: number;
  readonly operator: string | undefined;
  /** Without its quotes. */
  readonly value: string;
  readonly valueAt: number;
  /** It stood in quotes: commas and stars in it are themselves. */
  readonly isQuoted: boolean;
  /** Behind its last character. */
  readonly end: number;
}

const NAMED = /(?:(?:params?|metrics?)\.(?:"(?:[^"\\]|\\.)*"|[^\s:=<>!"]*)|[A-Za-z][\w-]*)/y;
const OPERATOR = /!=|>=|<=|[:=<>]/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
const BARE = /[^\s"]+/y;

/**
 * The words of a filter's text: `-key:value`, `key>=value`, `"quoted words"`, `words`. A `-` or `!` before a word negates it.
 * What can't be read is a problem with its place, and the words before it are given all the same.
 */
export function filterTerms(text: string): {
  readonly terms: readonly FilterTerm[];
  readonly problem: FilterProblem | undefined;
} {
  const terms: FilterTerm[] = [];
  for (let at = skipSpace(text, 0); at < text.length; ) {
    const term = readTerm(text, at);
    if ('message' in term) return { terms, problem: term };
    terms.push(term);
    at = skipSpace(text, term.end);
  }
  return { terms, problem: undefined };
}

function readTerm(text: string, start: number): FilterTerm | FilterProblem {
  const not = /[-!]/.test(text[start] ?? '') && /\S/.test(text[start + 1] ?? '');
  const keyAt = not ? start + 1 : start;
  const key = matchAt(NAMED, text, keyAt);
  const operator = key === undefined ? undefined : matchAt(OPERATOR, text, keyAt + key.length);
  const isPair = key !== undefined && operator !== undefined;
  const valueAt = isPair ? keyAt + key.length + operator.length : keyAt;
  const value = readValue(text, valueAt);
  if ('message' in value) return value;
  return {
    not,
    key: isPair ? unquoted(key) : undefined,
    keyAt,
    operator: isPair ? operator : undefined,
    ...value,
    valueAt,
  };
}

function readValue(text: string, at: number): Pick<FilterTerm, 'value' | 'isQuoted' | 'end'> | FilterProblem {
  if (text[at] !== '"') {
    const value = matchAt(BARE, text, at) ?? '';
    return { value, isQuoted: false, end: at + value.length };
  }
  const quoted = matchAt(QUOTED, text, at);
  if (quoted !== undefined) return { value: unquoted(quoted), isQuoted: true, end: at + quoted.length };
  const length = text.length - at;
  return { message: 'A quotation mark is opened and not closed.', hint: 'Close it: "two words".', at, length };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** `params."my name"` → `params.my name`. */
const unquoted = (text: string): string =>
  text.replace(/"((?:[^"\\]|\\.)*)"/, (_, inside: string) => inside.replace(/\\(.)/g, '$1'));

function skipSpace(text: string, at: number): number {
  let next = at;
  while (next < text.length && /\s/.test(text[next]!)) next++;
  return next;
}
