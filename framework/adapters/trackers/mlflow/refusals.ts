import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesIn, type SpoolLine } from '../spool/spool-line.ts';

/** What the server said it will never take: a line of JSON each, with the time, the run and the reason. People read it and remove it. */
export interface Refusals {
  readonly file: string;
  add(root: string, lines: readonly SpoolLine[], reason: string): void;
  /** Entries, of all times. */
  count(): number;
}

export function createRefusals(folder: string): Refusals {
  const file = join(folder, 'refused.jsonl');
  return {
    file,
    add(root, lines, reason) {
      mkdirSync(folder, { recursive: true });
      const time = new Date().toISOString();
      for (const line of lines) appendFileSync(file, `${JSON.stringify({ time, root, reason, line })}\n`);
    },
    count() {
      if (!existsSync(file)) return 0;
      const texts = readFileSync(file, 'utf8').split('\n').filter(Boolean);
      return entriesIn(texts.map((text) => (JSON.parse(text) as { readonly line: SpoolLine }).line));
    },
  };
}
