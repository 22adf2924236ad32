import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { startSluice } from '../e2e/sluice-command.ts';

export interface RunningViewer {
  /** Without a slash at its end. */
  readonly url: string;
  /** As it was printed: with a token where one is asked for. */
  readonly link: string;
  stop(): Promise<void>;
}

/** The real command over the record of a project. @param args further ones; without a port it takes any that is free */
export async function startViewer(folder: string, args: readonly string[] = []): Promise<RunningViewer> {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  const command = startSluice(['viewer', '--quiet', ...port, ...args], { cwd: folder });
  const link = (await command.said(/^http\S+\n/)).trim();
  return {
    url: new URL(link).origin,
    link,
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
