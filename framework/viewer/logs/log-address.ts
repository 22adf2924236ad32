import { address, part } from '../client/address.ts';

export interface LogAsked {
  readonly run: string;
  readonly step: string;
  readonly attempt: string;
  /** The least one; empty for all. */
  readonly level: string;
  readonly search: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error'];

/** A level and those above it; empty for all. */
const levelsFrom = (least: string): readonly string[] => (least === '' ? [] : LEVELS.slice(LEVELS.indexOf(least)));

const LINES_PER_PAGE = 500;

/** Where a page of a log is. @param cursor of an earlier answer; without one, the end of the log */
export const logAddress = (
  { run, level, ...filters }: LogAsked,
  cursor: Readonly<Partial<Record<'before' | 'after', string | null>>> = {},
): string =>
  address(`/runs/${part(run)}/logs`, { ...filters, level: levelsFrom(level), ...cursor, limit: LINES_PER_PAGE });
