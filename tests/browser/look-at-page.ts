import axe from 'axe-core';
import type { Browser } from 'playwright-core';

export interface View {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}

/** What a reader of a page would notice, and some of what only a machine does. */
export interface Seen {
  /** Errors and warnings of the console, uncaught errors, and requests that failed. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for, data URLs left out. */
  readonly requests: readonly string[];
  readonly images: readonly { readonly alt: string; readonly width: number; readonly isInline: boolean }[];
  /** Pixels by which the page is wider than its window. */
  readonly overflow: number;
  /** CSS colour behind everything. */
  readonly ground: string;
  /** axe's serious and critical findings: rule and the elements it is about. */
  readonly barriers: readonly string[];
}

/** Opens an address in a window of its own and looks at it. */
export async function lookAtPage(browser: Browser, url: string, { width, colorScheme }: View): Promise<Seen> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url().slice(0, 100)}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url());
  });
  try {
    await page.goto(url);
    const images = await page.evaluate<Seen['images']>(`Promise.all([...document.images].map(async (image) => {
      await image.decode();
      return { alt: image.alt, width: image.naturalWidth, isInline: image.src.startsWith('data:') };
    }))`);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.addScriptTag({ content: axe.source });
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
    const barriers = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 80)).join(' ')}`);
    return { complaints, requests, images, overflow, ground, barriers };
  } finally {
    await page.close();
  }
}
