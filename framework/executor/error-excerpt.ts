import { runningText } from '../code/sources.ts';
import type { SourceExcerpt } from '../model/run.ts';

/** Lines above and below. */
const AROUND = 5;
/** A bundle has everything in one line. */
const LONGEST_LINE = 300;
/** Causes of causes. */
const MOST_FRAMES = 100;
/** With the function's name, and without; a path may have a parenthesis of its own. */
const FORMS = [/^\s+at .*? \((.+):(\d+):(\d+)\)$/, /^\s+at (?:async )?(.+):(\d+):(\d+)$/] as const;

/**
 * The source around the first frame that is in a file which this process loaded as a user's module; undefined when there is none. Only texts that
 * run here are quoted, as they run: no file is opened for it, whatever a step writes into the stack of its error, and an edit since changes nothing.
 *
 * @param frames lines of stack traces, `    at place (path:line:column)`.
 */
export function errorExcerpt(frames: readonly string[]): SourceExcerpt | undefined {
  for (const frame of frames.slice(0, MOST_FRAMES)) {
    for (const form of FORMS) {
      const [, file = '', line, column] = form.exec(frame) ?? [];
      const text = runningText(file);
      if (text !== undefined) return excerptAt(text, { file, line: Number(line), column: Number(column) });
    }
  }
  return undefined;
}

function excerptAt(text: string, place: Pick<SourceExcerpt, 'file' | 'line' | 'column'>): SourceExcerpt | undefined {
  const lines = text.split(/\r?\n/);
  if (place.line < 1 || place.line > lines.length) return undefined;
  const firstLine = Math.max(1, place.line - AROUND);
  const shown = lines.slice(firstLine - 1, place.line + AROUND).map((line) => line.slice(0, LONGEST_LINE));
  return { ...place, firstLine, lines: shown };
}
