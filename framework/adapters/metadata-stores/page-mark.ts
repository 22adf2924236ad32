import { inputError } from '../../errors.ts';

/** Where a page ended: the sort value and the id of its last row. */
export interface PageMark {
  readonly value: number;
  readonly id: string;
}

export const encodeMark = ({ value, id }: PageMark): string => `${value}~${id}`;

/** @throws ERR_INPUT for text that no page gave out. */
export function decodeMark(text: string): PageMark {
  const [, value, id] = /^(-?\d+)~(.+)$/s.exec(text) ?? [];
  if (id !== undefined && Number.isSafeInteger(Number(value))) return { value: Number(value), id };
  throw inputError(
    `${text} is not the mark of a page.`,
    'Pass the `next` of the page before, or leave it out to begin.',
  );
}

/** `limit` rows of `limit + 1` read ones, and the mark to go on from if there are more. */
export function toPage<R, T>(
  rows: readonly R[],
  limit: number,
  read: { readonly item: (row: R) => T; readonly mark: (row: R) => PageMark },
): { readonly items: readonly T[]; readonly next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(read.item), next: rows.length > limit && last ? encodeMark(read.mark(last)) : null };
}
