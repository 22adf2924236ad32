import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { summarize } from '../../steps/yolo/report/summarize.ts';
import { sluice } from '../e2e/sluice-command.ts';
import { lookAtPage, type View } from './look-at-page.ts';
import { findChromium, openBrowser } from './open-browser.ts';
import { wideSummaryInput } from './wide-summary-input.ts';

const chromium = findChromium();
const checkout = resolve(import.meta.dirname, '..', '..');

const VIEWS: readonly View[] = [
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
];

describe(`the report in a browser${chromium.path === undefined ? ` (absent: ${chromium.missing})` : ''}`, () => {
  describe.runIf(chromium.path !== undefined)('', () => {
    let folder: string;
    let browser: Browser;
    /** Of a real, short training. */
    let real: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sluice-browser-'));
      const [started] = await Promise.all([openBrowser(chromium.path!), trainShortly()]);
      browser = started;
      real = join(folder, 'report.html');
    }, 300_000);

    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function trainShortly(): Promise<void> {
      const at = { cwd: checkout, env: { SLUICE_HOME: join(folder, 'home') } };
      const small = ['--data', 'shapes:train=16,val=8', '--imgsz', '64', '--epochs', '1'];
      const trained = await sluice(['run', 'train-yolo', '--name', 'short', ...small], at);
      expect(trained.stderr).toBe('');
      const got = await sluice(['artifacts', 'get', 'short:summarize.html', join(folder, 'report.html')], at);
      expect(got.code).toBe(0);
    }

    test.each(VIEWS)('a real training, $width px, $colorScheme', async (view) => {
      const seen = await lookAtPage(browser, pathToFileURL(real).href, view);
      expect(seen).toMatchObject({ complaints: [], requests: [pathToFileURL(real).href], overflow: 0, barriers: [] });
      expect(seen.images.length).toBeGreaterThanOrEqual(9);
      expect(seen.images.filter(({ alt, width, isInline }) => !alt || width === 0 || !isInline)).toEqual([]);
      expect(seen.ground).toBe(view.colorScheme === 'dark' ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)');
    });

    const wideReport = async (): Promise<string> =>
      pathToFileURL((await summarize(await wideSummaryInput())).html.path).href;

    test.each(VIEWS)('many classes, a baseline and earlier runs, $width px, $colorScheme', async (view) => {
      const wide = await wideReport();
      const seen = await lookAtPage(browser, wide, view);
      expect(seen).toMatchObject({ complaints: [], requests: [wide], overflow: 0, barriers: [] });
    });

    test('says what was decided, and has its tables', async () => {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(real).href);
      expect(await page.locator('.decision').textContent()).toMatch(/Refuse\s+It has learned too little/);
      const headings = await page.locator('h2').allTextContents();
      expect(headings).toEqual(expect.arrayContaining(['Metrics', 'Classes', 'Curves', 'Pictures', 'Parameters']));
      const columns = await page.locator('section', { hasText: 'Classes' }).locator('thead th').allTextContents();
      expect(columns.slice(0, 3)).toEqual(['Class', 'Pictures', 'Boxes']);
      expect(await page.locator('tbody th', { hasText: /^(circle|square|triangle)$/ }).count()).toBe(3);
      await page.close();
    });

    test('wide tables and charts scroll in themselves, with the keyboard too', async () => {
      const page = await browser.newPage({ viewport: { width: 390, height: 900 } });
      await page.goto(await wideReport());
      const classes = page.getByRole('region', { name: 'Classes' });
      await classes.focus();
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => classes.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
      await page.close();
    });
  });
});
