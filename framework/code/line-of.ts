/** Line of a UTF-16 offset, from 1. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** `path:line:column`, both from 1, as editors and terminals open it. */
export const readableOffset = (path: string, text: string, offset: number): string =>
  `${path}:${lineOf(text, offset)}:${offset - text.lastIndexOf('\n', offset - 1)}`;
