import type { RefObject } from 'react';

/** So long a row may take to be drawn. */
const MOST_FRAMES = 30;

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
    const focus = (frames: number): void => {
      const link = frame.current?.querySelector<HTMLElement>(`[data-index="${to}"] a`);
      if (link) link.focus({ preventScroll: true });
      else if (frames > 0) requestAnimationFrame(() => focus(frames - 1));
    };
    requestAnimationFrame(() => focus(MOST_FRAMES));
  };
}
