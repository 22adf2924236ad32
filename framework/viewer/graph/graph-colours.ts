import { useEffect, useState } from 'react';
import type { Status } from '../../server/api/status.ts';
import { ALL_STATUSES } from '../parts/status-shapes.ts';

/** The colours of the page, as a canvas needs them. */
export interface GraphColours {
  readonly line: string;
  readonly accent: string;
  readonly raised: string;
  readonly text: string;
  readonly textSoft: string;
  readonly font: string;
  readonly states: Readonly<Record<Status, string>>;
  readonly stateGrounds: Readonly<Record<Status, string>>;
}

export function coloursOf(element: HTMLElement): GraphColours {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const ofEach = (suffix: string) =>
    Object.fromEntries(ALL_STATUSES.map((status) => [status, colour(`${status}${suffix}`)])) as GraphColours['states'];
  return {
    line: colour('line-strong'),
    accent: colour('accent'),
    raised: colour('raised'),
    text: colour('text'),
    textSoft: colour('text-2'),
    font: style.fontFamily,
    states: ofEach(''),
    stateGrounds: ofEach('-ground'),
  };
}

/** Whether the reader's system asks for dark pages, now. */
export function useIsDark(): boolean {
  const [list] = useState(() => matchMedia('(prefers-color-scheme: dark)'));
  const [isDark, setDark] = useState(list.matches);
  useEffect(() => {
    const tell = (): void => setDark(list.matches);
    list.addEventListener('change', tell);
    return () => list.removeEventListener('change', tell);
  }, [list]);
  return isDark;
}
