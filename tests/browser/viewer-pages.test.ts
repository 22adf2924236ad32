import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './open-browser.ts';
import { barriers, watchedPage } from './start-viewer.ts';
import { openScene, type Scene } from './viewer-scene.ts';

const chromium = findChromium();

/** Each page is loaded wide and narrow, and looked at in both themes. */
const VIEWS = [
  { width: 1440, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const;

const absent = chromium.path === undefined ? ` (absent: ${chromium.missing})` : '';

describe.runIf(chromium.path !== undefined)(`every page of the viewer${absent}`, () => {
  let scene: Scene;
  /** Address → a text that stands there when it has come up. */
  let pages: readonly (readonly [string, string])[];

  beforeAll(async () => {
    scene = await openScene(chromium.path!, [
      ['fan', '--name', 'whole'],
      ['fan', '--name', 'broken', '--fails', '--size', '2'],
      ['learn', '--name', 'high', '--rate', '0.8'],
      ['learn', '--name', 'low', '--rate', '0.3'],
      ['shaky', '--name', 'shaken', '--part', 'missing'],
    ]);
    const ids = Object.fromEntries(
      await Promise.all(
        ['whole', 'broken', 'high', 'low', 'shaken'].map(async (name) => [name, await scene.idOf(name)] as const),
      ),
    );
    const { items } = (await (await fetch(`${scene.viewer.url}/api/artifacts?search=report`)).json()) as {
      items: readonly { digest: string }[];
    };
    pages = [
      ['/runs', 'broken'],
      [`/runs?selected=${ids['high']},${ids['low']}`, '2 runs selected'],
      ['/runs?filter=tag:nobody', 'No run fits this filter'],
      [`/runs/${ids['broken']}`, 'part 2 can not be scored'],
      [`/runs/${ids['whole']}`, 'score'],
      [`/runs/${ids['broken']}?view=timeline`, 'waits for a slot'],
      [`/runs/${ids['whole']}?view=logs`, 'part 3 is odd'],
      [`/runs/${ids['high']}?view=metrics`, 'accuracy'],
      [`/runs/${ids['high']}?view=artifacts`, 'matrix.png'],
      [`/runs/${ids['high']}?view=details`, 'Parameters'],
      [`/runs/${ids['broken']}/steps/score-3`, 'Why it failed'],
      [`/runs/${ids['high']}/steps/learn`, 'Cache miss'],
      [`/runs/${ids['shaken']}`, 'A hook failed'],
      [`/runs/${ids['shaken']}/steps/mend`, 'the part is missing'],
      [`/runs/${ids['shaken']}/steps/gather`, 'the channel is closed'],
      ['/pipelines', 'learn'],
      ['/pipelines/fan', 'Steps by run'],
      [`/pipelines/fan/run?from=${ids['whole']}`, 'How much there is to score'],
      ['/artifacts', 'matrix.png'],
      [`/artifacts/${items[0]!.digest}`, 'The rate was'],
      [`/compare?runs=${ids['high']},${ids['low']}`, 'Parameters to metrics'],
      ['/compare', 'Select runs to compare'],
      ['/stacks', 'artifact_store'],
      ['/cache', 'learn'],
      ['/nowhere', 'Nothing is at this address'],
    ];
  }, 180_000);

  afterAll(() => scene?.close());

  test.each(VIEWS)(
    'comes up clean and is open to everybody, $width px, $colorScheme',
    async ({ width, colorScheme }) => {
      const { page, complaints } = await watchedPage(scene.browser, scene.viewer.url, {
        viewport: { width, height: 900 },
        colorScheme,
      });
      page.setDefaultTimeout(30_000);
      const found: string[] = [];
      for (const [address, text] of pages) {
        await page.goto(address);
        const isUp = async (): Promise<void> => {
          await page.getByText(text).first().waitFor({ state: 'attached' });
          await page.locator('.skeleton').first().waitFor({ state: 'detached' });
        };
        await isUp().catch((error: Error) => found.push(`${address}: ${error.message.split('\n')[0]} (${text})`));
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        if (overflow > 0) found.push(`${address} is ${overflow} px too wide`);
        // In both themes: the other one without another load.
        for (const theme of [colorScheme, colorScheme === 'light' ? 'dark' : 'light'] as const) {
          await page.emulateMedia({ colorScheme: theme });
          found.push(...(await barriers(page)).map((barrier) => `${address}, ${theme}: ${barrier}`));
        }
        await page.emulateMedia({ colorScheme });
      }
      await page.close();
      expect([...found, ...complaints]).toEqual([]);
    },
    // About a minute on two cores: two passes of axe over every page.
    600_000,
  );

  test('the first load is small, and comes compressed', async () => {
    const { page } = await watchedPage(scene.browser, scene.viewer.url);
    const sizes: Promise<number>[] = [];
    page.on('requestfinished', (request) => {
      if (!request.url().includes('/api/'))
        sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
    });
    await page.goto('/runs');
    await page.getByRole('link', { name: 'whole' }).waitFor();
    const sum = (await Promise.all(sizes)).reduce((all, size) => all + size, 0);
    await page.close();
    expect(sum).toBeGreaterThan(50_000);
    expect(sum).toBeLessThan(400_000);
  });
});
