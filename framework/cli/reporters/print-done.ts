import type { Terminal } from './terminal.ts';

/** Says what a changing verb has done: a sentence, or the facts as JSON. */
export function printDone(
  { terminal, quiet }: { readonly terminal: Terminal; readonly quiet: boolean },
  { output, facts, text }: { readonly output: 'text' | 'json'; readonly facts: object; readonly text: string },
): void {
  if (output === 'json') terminal.out.line(JSON.stringify(facts, undefined, 2));
  else if (!quiet) terminal.out.line(text);
}
