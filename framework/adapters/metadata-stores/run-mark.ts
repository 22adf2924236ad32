import type { RunSort } from '../../components/metadata-store.ts';
import { inputError } from '../../errors.ts';

/** Where a page of runs ended: what its last row was sorted by, and its id. */
export interface RunMark {
  readonly value: number | string;
  readonly id: string;
}

export const encodeRunMark = ({ value, id }: RunMark): string => `${JSON.stringify(value)}~${id}`;

/** @throws ERR_INPUT for text that no page of a list sorted like this gave out. */
export function decodeRunMark(text: string, sort: RunSort): RunMark {
  const at = text.lastIndexOf('~');
  const value = at < 0 ? undefined : parsed(text.slice(0, at));
  if (isSortValue(value, sort)) return { value, id: text.slice(at + 1) };
  throw inputError(
    `${text} is not the mark of a page.`,
    'Pass the `next` of the page before, or leave it out to begin.',
  );
}

/** What databases compare with the column: a strict one refuses a word for a time, and half a millisecond. */
function isSortValue(value: unknown, sort: RunSort): value is RunMark['value'] {
  if (sort === 'name') return typeof value === 'string';
  return typeof sort === 'object' ? Number.isFinite(value) : Number.isSafeInteger(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
