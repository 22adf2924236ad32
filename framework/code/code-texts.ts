import type { Digest } from '../hashing/digest.ts';
import type { CodePiece } from './code-parts.ts';

/** Characters that are kept of one piece: a thousand lines. */
const LONGEST = 1 << 16;

/**
 * Text by digest, as it stands in the source: with its comments and its layout, which the digest leaves out.
 * @param textOf a source file's text as the digest saw it.
 */
export function codeTexts(
  pieces: readonly CodePiece[],
  textOf: (path: string) => string | undefined,
): ReadonlyMap<Digest, string> {
  const texts = new Map<Digest, string>();
  for (const { digest, sources, text } of pieces) {
    const found = text ?? sources.map(({ path, spans }) => textAt(textOf(path) ?? '', spans)).join('\n\n');
    // A picture or a model that is named by `new URL(…)`: nobody reads it as text.
    if (!found.includes('\0')) texts.set(digest, `${clipped(found)}\n`);
  }
  return texts;
}

function textAt(text: string, spans: CodePiece['sources'][number]['spans']): string {
  if (!spans) return text.trimEnd();
  return spans.map(([start, end]) => outdented(text, start, end)).join('\n\n');
}

/** Without the indentation of the line where it begins. */
function outdented(text: string, start: number, end: number): string {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const indent = /^\s+$/.test(line) ? line : '';
  return text.slice(start, end).replaceAll(`\n${indent}`, '\n');
}

const clipped = (text: string): string =>
  text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}\n… (${text.length - LONGEST} more characters)`;
