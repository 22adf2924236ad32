import type { RefObject } from 'react';

const indexOfFocus = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset['index'];

/**
 * Moves the focus from row to row of a list, also to rows that are not drawn yet. A row is an element with `data-index` and a link.
 *
 * @returns takes the number of rows to go, down is positive
 */
export function useFocusRow(
  frame: RefObject<HTMLElement | null>,
  scrollTo: (index: number) => void,
  count: number,
): (by: number) => void {
  return (by) => {
    const at = Number(indexOfFocus() ?? (by > 0 ? -1 : count));
    const to = Math.min(count - 1, Math.max(0, at + by));
    scrollTo(to);
    requestAnimationFrame(() => {
      frame.current?.querySelector<HTMLElement>(`[data-index="${to}"] a`)?.focus({ preventScroll: true });
    });
  };
}
