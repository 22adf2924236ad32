import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from './open-browser.ts';
import { watchedPage } from './start-viewer.ts';
import { IMAGE, SCRIPT } from './viewer-project.ts';
import { openScene, type Scene } from './viewer-scene.ts';

const chromium = findChromium();

const absent = chromium.path === undefined ? ` (absent: ${chromium.missing})` : '';

describe.runIf(chromium.path !== undefined)(`a run that writes scripts wherever it can${absent}`, () => {
  let scene: Scene;
  let run: string;
  let artifacts: readonly { readonly digest: string; readonly name: string | null }[];

  beforeAll(async () => {
    scene = await openScene(chromium.path!, [['attack', '--name', SCRIPT]]);
    const listed = await fetch(`${scene.viewer.url}/api/runs`);
    run = ((await listed.json()) as { items: readonly { id: string }[] }).items[0]!.id;
    const made = await fetch(`${scene.viewer.url}/api/artifacts?run=${run}&limit=50`);
    artifacts = ((await made.json()) as { items: typeof artifacts }).items;
  }, 180_000);
  afterAll(() => scene?.close());

  test('shows them as text, and none of them runs', async () => {
    const { page, complaints } = await watchedPage(scene.browser, scene.viewer.url);
    const stolen: string[] = [];
    const views = ['', ...['timeline', 'logs', 'metrics', 'artifacts', 'details'].map((view) => `?view=${view}`)];
    const addresses = [
      '/runs',
      ...views.map((view) => `/runs/${run}${view}`),
      `/runs/${run}/steps/write`,
      `/runs/${run}/steps/fail`,
      `/pipelines/attack`,
      `/pipelines/attack/run?from=${run}`,
      `/compare?runs=${run},${run}`,
      ...artifacts.map(({ digest }) => `/artifacts/${digest}`),
    ];
    for (const address of addresses) {
      await page.goto(address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      if (await page.evaluate<boolean>('"stolen" in window')) stolen.push(address);
    }
    expect(stolen).toEqual([]);
    // A sandboxed frame says that it kept a script from running; nothing else complains.
    expect(complaints.filter((line) => !/sandbox|Content Security Policy|404|400/i.test(line))).toEqual([]);
    await page.close();
  });

  test('loses none of what was written', async () => {
    const { page } = await watchedPage(scene.browser, scene.viewer.url);
    await page.goto(`/runs/${run}?view=logs`);
    await page
      .getByText(SCRIPT + IMAGE)
      .first()
      .waitFor();
    await page.goto(`/runs/${run}/steps/fail`);
    await page.locator('.error-message', { hasText: IMAGE + SCRIPT }).waitFor();
    await page.close();
  });

  test('an HTML report stands in a frame without scripts, and Markdown without what runs', async () => {
    const { page } = await watchedPage(scene.browser, scene.viewer.url);
    const digestOf = (name: string): string => artifacts.find((artifact) => artifact.name === name)!.digest;
    await page.goto(`/artifacts/${digestOf('report.html')}`);
    const frame = page.locator('iframe');
    await frame.waitFor();
    expect(await frame.getAttribute('sandbox')).not.toContain('allow-scripts');
    await page.frameLocator('iframe').getByRole('heading', { name: 'Report' }).waitFor();
    await page.goto(`/artifacts/${digestOf('report.md')}`);
    const markdown = page.locator('.markdown');
    await markdown.getByRole('heading', { name: 'Report' }).waitFor();
    expect(await markdown.locator('script, [onerror], [href^="javascript"]').count()).toBe(0);
    await page.close();
  });
});
