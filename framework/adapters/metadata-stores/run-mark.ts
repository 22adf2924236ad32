import { inputError } from '../../errors.ts';

/** Where a page of runs ended: what its last row was sorted by, and its id. */
export interface RunMark {
  readonly value: number | string;
  readonly id: string;
}

export const encodeRunMark = ({ value, id }: RunMark): string => `${JSON.stringify(value)}~${id}`;

/** @throws ERR_INPUT for text that no page gave out. */
export function decodeRunMark(text: string): RunMark {
  const at = text.lastIndexOf('~');
  const value = at < 0 ? undefined : parsed(text.slice(0, at));
  if (typeof value === 'number' || typeof value === 'string') return { value, id: text.slice(at + 1) };
  throw inputError(
    `${text} is not the mark of a page.`,
    'Pass the `next` of the page before, or leave it out to begin.',
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
