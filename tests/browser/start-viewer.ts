import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startSluice } from '../e2e/sluice-command.ts';

export interface RunningViewer {
  /** Without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The real command over the record of a project. */
export async function startViewer(folder: string): Promise<RunningViewer> {
  const command = startSluice(['viewer', '--port', '0', '--quiet'], { cwd: folder });
  const { origin: url } = new URL((await command.said(/^http\S+\n/)).trim());
  return {
    url,
    stop: async () => {
      command.signal('SIGINT');
      await command.ended;
    },
  };
}

/** A window on the viewer that remembers what no user should ever see. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, and requests to anywhere else. */
  readonly complaints: readonly string[];
}

export async function watchedPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options, baseURL: url });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
      complaints.push(`asks ${request.url()}`);
  });
  return { page, complaints };
}

/** What axe finds serious or critical: rule and the elements it is about. */
export async function barriers(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
}
