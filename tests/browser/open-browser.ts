import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome.exe'];

/** The browser that these tests drive, or why there is none. */
export type Chromium = { readonly path: string } | { readonly path?: never; readonly missing: string };

/**
 * The chromium that `SLUICE_CHROMIUM` names, else the first on the PATH.
 *
 * @throws under `REQUIRE_SERVICES=1` when there is none.
 */
export function findChromium(): Chromium {
  const named = process.env['SLUICE_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = named ? [named] : folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path !== undefined) return { path };
  const missing = named
    ? `SLUICE_CHROMIUM names ${named}, and there is no such file`
    : 'there is no chromium on the PATH, and SLUICE_CHROMIUM names none';
  if (process.env['REQUIRE_SERVICES'] === '1') throw new Error(`REQUIRE_SERVICES=1, but ${missing}.`);
  return { missing };
}

/** Starts it without a window, and without anything that it would tell or ask its maker. */
export const openBrowser = (path: string): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
