import { truncate } from '../format/width.ts';
import type { Channel } from './terminal.ts';

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';
/** Begin and end of one synchronised update: terminals that know it don't show half a frame, others ignore it. */
const BEGIN = '\u001B[?2026h';
const END = '\u001B[?2026l';
const CLEAR_BELOW = '\u001B[J';

/** Lines at the bottom of a terminal that are drawn over; everything else scrolls up above them. */
export interface LiveArea {
  /** Replaces the area. Cut to the terminal: a wrapped line could not be taken back. */
  draw(lines: readonly string[]): void;
  /** Writes lines that stay, above the area. */
  above(lines: readonly string[]): void;
  /** Removes the area and shows the cursor again. */
  close(): void;
}

export function liveArea(channel: Channel): LiveArea {
  let shown: readonly string[] = [];
  let open = true;
  const showCursor = (): void => channel.write(SHOW_CURSOR);
  // Whatever ends the process, the cursor comes back: writes to a terminal are synchronous.
  process.once('exit', showCursor);
  channel.write(HIDE_CURSOR);

  const erase = (): string => (shown.length > 0 ? `\u001B[${shown.length}A\r${CLEAR_BELOW}` : '');
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  const cut = (lines: readonly string[]): readonly string[] => {
    const width = (channel.width ?? 80) - 1;
    const height = Math.max(1, (channel.height ?? 24) - 1);
    const fitting =
      lines.length > height ? [...lines.slice(0, height - 1), `… and ${lines.length - height + 1} more`] : lines;
    return fitting.map((line) => truncate(line, width));
  };

  return {
    draw: (lines) => {
      if (!open) return;
      const next = cut(lines);
      if (next.length === shown.length && next.every((line, i) => line === shown[i])) return;
      channel.write(`${BEGIN}${erase()}${text(next)}${END}`);
      shown = next;
    },
    above: (lines) => {
      if (lines.length > 0) channel.write(`${BEGIN}${erase()}${text(lines)}${text(shown)}${END}`);
    },
    close: () => {
      if (!open) return;
      open = false;
      channel.write(`${erase()}${SHOW_CURSOR}`);
      shown = [];
      process.removeListener('exit', showCursor);
    },
  };
}
