import type { LogItem, LogPage } from '../../server/api/log.ts';

export interface Log {
  readonly items: readonly LogItem[];
  readonly total: number | null;
  readonly hasEarlier: boolean;
  /** Grows by one whenever lines came in front, with how many: who scrolls stays where they are. */
  readonly prepended: { readonly times: number; readonly lines: number };
  readonly isLoading: boolean;
  readonly searchStopped: boolean;
  readonly error: unknown;
}

/** So many lines are held; beyond them those at the other end go. */
const MOST_LINES = 40_000;
/** Lines that may come again are among the newest of these. */
const RECENT = 10_000;

/** Before the first answer. */
export const EMPTY_LOG: Log = {
  items: [],
  total: null,
  hasEarlier: false,
  prepended: { times: 0, lines: 0 },
  isLoading: true,
  searchStopped: false,
  error: null,
};

/** A line is told from all others by these. */
export const lineKey = ({ step, attempt, seq }: LogItem): string => `${step} ${attempt} ${seq}`;

/**
 * What is known of a log with one more page. Lines that steps delivered late come again with younger ones: each is taken once, and stands where its time is.
 */
export function joinLog(now: Log, page: LogPage, where: 'end' | 'earlier' | 'later'): Log {
  const common = { total: page.total, isLoading: false, error: null, searchStopped: page.searchStopped };
  if (where === 'end') return { ...EMPTY_LOG, ...common, items: page.items, hasEarlier: page.previous !== null };
  if (where === 'earlier') {
    const prepended = { times: now.prepended.times + 1, lines: page.items.length };
    const items = [...page.items, ...now.items].slice(0, MOST_LINES);
    return { ...now, ...common, items, prepended, hasEarlier: page.previous !== null };
  }
  const known = new Set(now.items.slice(-RECENT).map(lineKey));
  const added = page.items.filter((item) => !known.has(lineKey(item)));
  if (added.length === 0) return now.error === null ? now : { ...now, error: null };
  const last = now.items.at(-1);
  const isInOrder = last === undefined || added.every(({ time }) => time >= last.time);
  const items = [...now.items, ...added];
  if (!isInOrder) items.sort((a, b) => a.time.localeCompare(b.time));
  const cut = Math.max(0, items.length - MOST_LINES);
  return { ...now, ...common, items: items.slice(cut), hasEarlier: now.hasEarlier || cut > 0 };
}
