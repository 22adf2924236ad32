import { describe, expect, it } from 'vitest';
import type { LogItem, LogPage } from '../../../framework/server/api/log.ts';
import { EMPTY_LOG, joinLog } from '../../../framework/viewer/logs/join-log.ts';

const line = (step: string, seq: number, second: number): LogItem => ({
  step,
  attempt: 1,
  seq,
  time: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`,
  level: 'info',
  source: 'log',
  message: `${step} ${seq}`,
  fields: null,
  truncated: false,
});
const page = (...items: readonly LogItem[]): LogPage => ({
  items,
  next: 'n',
  previous: 'p',
  total: 9,
  searchStopped: false,
});
const said = ({ items }: { readonly items: readonly LogItem[] }): string[] => items.map(({ message }) => message);

describe('a log that is read while it grows', () => {
  const end = joinLog(EMPTY_LOG, page(line('a', 1, 1), line('a', 2, 3)), 'end');

  it('takes lines that come again once', () => {
    expect(said(joinLog(end, page(line('a', 2, 3), line('a', 3, 4)), 'later'))).toEqual(['a 1', 'a 2', 'a 3']);
  });

  it('puts a late line where its time is', () => {
    expect(said(joinLog(end, page(line('b', 1, 2)), 'later'))).toEqual(['a 1', 'b 1', 'a 2']);
  });

  it('is the same log when nothing is new', () => {
    expect(joinLog(end, page(line('a', 2, 3)), 'later')).toBe(end);
  });

  it('says how many lines came in front', () => {
    const earlier = joinLog(end, page(line('a', 0, 0)), 'earlier');
    expect(said(earlier)).toEqual(['a 0', 'a 1', 'a 2']);
    expect(earlier.prepended).toEqual({ times: 1, lines: 1 });
  });
});
