import type { Preview } from '../api/artifact.ts';

/** What is sent of a text. */
export const MOST_TEXT_BYTES = 256 * 1024;

const LANGUAGES: Readonly<Record<string, string>> = {
  yaml: 'yaml',
  yml: 'yaml',
  ts: 'ts',
  tsx: 'ts',
  js: 'js',
  mjs: 'js',
  py: 'python',
  sh: 'sh',
  sql: 'sql',
  toml: 'toml',
  xml: 'xml',
  css: 'css',
  jsonl: 'json',
  json: 'json',
  log: 'log',
};

/** Text as it stands; undefined for bytes that are none. */
export function textPreview(bytes: Uint8Array, truncated: boolean, ending: string): Preview | undefined {
  const text = textOf(bytes, truncated);
  return text === undefined ? undefined : { kind: 'text', text, truncated, language: LANGUAGES[ending] ?? null };
}

/** UTF-8, without a broken character at a cut; undefined for anything else. */
export function textOf(bytes: Uint8Array, truncated: boolean): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: truncated });
  } catch {
    // Some other encoding, or no text at all.
    return undefined;
  }
}
