const ESCAPE = String.fromCharCode(27);
const TOKEN = new RegExp(`(${ESCAPE}\\[[?\\d;]*[A-Za-z]|\\n|\\r)`);

/** What a terminal shows after this output: enough of one for the sequences that the live area sends. */
export function screenOf(text: string): { readonly lines: readonly string[]; readonly cursorVisible: boolean } {
  const lines = [''];
  let row = 0;
  let cursorVisible = true;
  for (const token of text.split(TOKEN)) {
    if (token === '\n') {
      row++;
      lines[row] ??= '';
    } else if (token.startsWith(`${ESCAPE}[`)) {
      const sequence = token.slice(2);
      if (sequence === '?25l' || sequence === '?25h') cursorVisible = sequence === '?25h';
      else if (sequence === 'J') lines.splice(row, lines.length, '');
      else if (sequence.endsWith('A')) row -= Number(sequence.slice(0, -1));
      else if (!/^\?2026[hl]$/.test(sequence)) throw new Error(`A sequence that the screen doesn't know: ${sequence}`);
    } else if (token !== '\r') {
      lines[row] += token;
    }
    if (row < 0) throw new Error('The cursor left the screen at the top.');
  }
  return { lines, cursorVisible };
}
