import { readFileSync } from 'node:fs';

/** The lines of a small text file that have something on them, trimmed; a byte order mark is no part of the first. */
export const readLines = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
