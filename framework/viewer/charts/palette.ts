export interface Palette {
  readonly series: readonly string[];
  readonly text: string;
  readonly line: string;
  readonly ground: string;
  readonly raised: string;
  readonly font: string;
  readonly status: (status: string) => string;
}

/** Told apart also by who sees few colours (after Okabe and Ito), dark enough or light enough for their ground. */
const LIGHT = ['#0a62bd', '#c2410c', '#0f766e', '#a21caf', '#8f5200', '#4338ca', '#be123c', '#4d7c0f'];
const DARK = ['#76b8ff', '#ff9d66', '#4fd1c0', '#e58bf2', '#f0c14a', '#a5a0ff', '#ff8ba0', '#a9d264'];
/** From the second round of colours on lines are dashed too. */
export const DASHES = ['solid', 'dashed', 'dotted'] as const;

/** The page's colours as they are now. @param isDark what the reader's system asks for */
export function paletteNow(isDark: boolean): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    series: isDark ? DARK : LIGHT,
    text: read('--text-2'),
    line: read('--line'),
    ground: read('--ground'),
    raised: read('--raised'),
    font: read('--font'),
    status: (status) => read(`--${status}`),
  };
}

/** Colour and dash of the n-th line of a chart. */
export const strokeOf = ({ series }: Palette, index: number) => ({
  color: series[index % series.length]!,
  dash: DASHES[Math.floor(index / series.length) % DASHES.length]!,
});
