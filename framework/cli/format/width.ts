import stringWidth from 'fast-string-truncated-width';

/** Columns a text takes on a terminal; colour codes take none, wide characters two. */
export const widthOf = (text: string): number => stringWidth(text).width;

export const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));
export const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - widthOf(text))) + text;

const ESCAPE = '\u001B';
const RESET = `${ESCAPE}[0m`;
/** Colour codes, each one whole, and the text between them. */
const COLOR_CODES = new RegExp(`(${ESCAPE}\\[[\\d;]*m)`);

/**
 * At most `width` columns, an ellipsis where something was cut. Colours are closed.
 * The library can cut too (its name says so), but 3.0.3 cuts too late where Latin text follows other signs, as behind every spinner.
 */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let room = width - 1;
  let cut = '';
  for (const piece of text.split(COLOR_CODES)) {
    if (piece.startsWith(ESCAPE)) {
      cut += piece;
      continue;
    }
    for (const { segment } of new Intl.Segmenter().segment(piece)) {
      room -= widthOf(segment);
      if (room < 0) return `${cut}…${cut.includes(ESCAPE) ? RESET : ''}`;
      cut += segment;
    }
  }
  return cut;
}
