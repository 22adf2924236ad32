import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startSluice } from '../e2e/sluice-command.ts';
import { findChromium } from './open-browser.ts';
import { startViewer, watchedPage } from './start-viewer.ts';
import { openScene, type Scene } from './viewer-scene.ts';
import { watchEachTest } from './watch-each-test.ts';

const chromium = findChromium();

const absent = chromium.path === undefined ? ` (absent: ${chromium.missing})` : '';

/** Two parameters, four values of one and two of the other. */
const GRID = ['0.9', '0.7', '0.4', '0.2'].flatMap((rate, row) =>
  ['2', '3'].map((epochs, column) => ({ name: `grid-${row * 2 + column + 1}`, rate, epochs })),
);

describe.runIf(chromium.path !== undefined)(`what one changes in the viewer${absent}`, () => {
  let scene: Scene;
  let page: Page;
  /** The file that mends the pipeline `shaky`. */
  let part: string;

  beforeAll(async () => {
    scene = await openScene(
      chromium.path!,
      GRID.map(({ name, rate, epochs }) => ['learn', '--name', name, '--rate', rate, '--epochs', epochs]),
    );
    part = join(scene.folder, 'part');
    await Promise.all([
      scene.run('run', 'shaky', '--name', 'shaken', '--part', part),
      scene.run('run', 'learn', '--name', 'elsewhere', '--rate', '0.9', '--epochs', '2', '--data', 'others'),
    ]);
  }, 240_000);
  afterAll(() => scene?.close());

  const watch = watchEachTest(() => scene);
  beforeEach(() => {
    page = watch.page;
  });

  const row = (name: string) => page.locator('tr[data-run]', { hasText: name });
  const state = (word: string) => page.locator('.page-title .status-mark', { hasText: word });
  const openRun = async (name: string): Promise<void> => {
    await page.goto(`/runs/${await scene.idOf(name)}`);
    await page.getByRole('heading', { level: 1, name }).waitFor();
  };

  test('writes a note and tags, leaves one, and shows a long one cut', async () => {
    await openRun('grid-1');
    const dialog = page.getByRole('dialog', { name: 'Name, tags and notes' });
    const notes = dialog.getByRole('textbox', { name: 'Notes' });
    await page.getByRole('button', { name: 'Add a note…' }).click();
    await notes.fill('never mind');
    await dialog.getByRole('button', { name: 'Leave it as it was' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('e');
    expect(await notes.inputValue()).toBe('');
    await notes.fill(`<b>Kept</b>\n${'as long as a letter\n'.repeat(1000)}the end`);
    await dialog.getByRole('textbox', { name: 'Tags' }).fill('baseline, for-review, baseline');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const shown = page.getByRole('region', { name: 'Notes' });
    await shown.getByText('<b>Kept</b>').waitFor();
    const height = async (): Promise<number> => (await shown.boundingBox())!.height;
    const cut = await height();
    expect(cut).toBeLessThan(200);
    await shown.getByRole('button', { name: 'All of it' }).click();
    await shown.getByRole('button', { name: 'Less' }).waitFor();
    expect(await height()).toBeGreaterThan(cut);
    await page.reload();
    await shown.getByText('<b>Kept</b>').waitFor();
    await page.locator('.page-title').getByRole('link', { name: 'for-review' }).click();
    await row('grid-1').waitFor();
    expect(await page.locator('tr[data-run]').count()).toBe(1);
    expect(await row('grid-1').locator('.tag').allTextContents()).toEqual(['baseline', 'for-review']);
  });

  test('says why a run failed in the lines of its source, and retries it when that is mended', async () => {
    await openRun('shaken');
    await page.getByRole('link', { name: 'Open the step' }).click();
    await page.locator('.excerpt li[aria-current]', { hasText: "throw new Error('the part is missing')" }).waitFor();
    await page.goBack();
    writeFileSync(part, '');
    await page.getByRole('button', { name: 'Retry from failure' }).click();
    await state('succeeded').waitFor();
    await page.getByText('goes on from').waitFor();
    // What the pipeline caught is no alarm, and a hook that failed is told.
    await page.getByRole('note').filter({ hasText: 'the pipeline went on without: polish' }).waitFor();
    expect(await page.locator('.error-card').count()).toBe(0);
    await openRun('shaken');
    await page.getByText('went on as').waitFor();
    await page.getByRole('note').filter({ hasText: 'A hook failed' }).getByRole('link', { name: 'gather' }).click();
    await page.getByText('the channel is closed').first().waitFor();
  });

  test('a graph of hundreds of boxes is painted; one zooms, and a click on a box opens the step', async () => {
    expect((await scene.run('run', 'fan', '--name', 'crowd', '--parts', '310')).code).toBe(0);
    await openRun('crowd');
    await page.getByRole('button', { name: /score × 310/ }).click();
    const canvas = page.locator('.dag-canvas[data-drawn="312"]');
    await canvas.waitFor();
    await page.goto(`${page.url()}&step=score-155`);
    await canvas.waitFor();
    // What was asked for stands in the middle, and stays there.
    const zoom = (which: string) => page.getByRole('button', { name: which, exact: true });
    await zoom('Fit view').click();
    await page.reload();
    await canvas.waitFor();
    await zoom('Zoom out').click();
    await zoom('Zoom in').click();
    await zoom('Zoom in').click();
    const { width, height } = (await canvas.boundingBox())!;
    const middle = { x: width / 2, y: height / 2 };
    await canvas.hover({ position: middle });
    expect(await canvas.getAttribute('title')).toMatch(/^score-155: succeeded · /);
    // To drag is no click.
    await page.mouse.down();
    await page.mouse.move(0, 0, { steps: 3 });
    await page.mouse.up();
    expect(page.url()).not.toContain('/steps/');
    // What was moved and added to is what a picture painted anew is: another theme and back paints all of it. Edges of lines may differ by a shade.
    const otherPixels = (): Promise<number> =>
      page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const drawn = document.querySelector('.dag-canvas');
        const ground = new OffscreenCanvas(drawn.width, drawn.height).getContext('2d');
        ground.fillRect(0, 0, drawn.width, drawn.height);
        ground.drawImage(drawn, 0, 0);
        const now = ground.getImageData(0, 0, drawn.width, drawn.height).data;
        window.kept ??= now;
        done(now.filter((value, at) => Math.abs(value - window.kept[at]) > 64).length / now.length);
      })))`);
    expect(await otherPixels()).toBe(0);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(otherPixels, { timeout: 30_000 }).toBeGreaterThan(0.02);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(otherPixels, { timeout: 30_000 }).toBeLessThan(0.01);
    await page.reload();
    await canvas.waitFor();
    await canvas.click({ position: middle });
    await page.getByRole('heading', { level: 1, name: 'score-155' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Fold again' }).click();
    await page.getByRole('button', { name: /score × 310/ }).waitFor();
  });

  test('cancels several runs at once, and resumes one', async () => {
    const gate = mkdtempSync(join(scene.folder, 'gate-'));
    const names = ['slow-a', 'slow-b'];
    const started = names.map((name, index) =>
      startSluice(['run', 'learn', '--name', name, '--rate', `0.5${index + 1}`, '--gate', gate], { cwd: scene.folder }),
    );
    onTestFinished(() => {
      for (const command of started) command.signal('SIGKILL');
    });
    await page.goto('/runs?filter=slow-');
    for (const name of names) {
      await row(name).locator('.status-mark', { hasText: 'running' }).waitFor();
      await page.getByRole('checkbox', { name: `Select ${name}` }).check();
    }
    await page.getByRole('button', { name: 'Cancel 2' }).click();
    await page.getByRole('button', { name: 'Cancel them' }).click();
    for (const name of names) await row(name).locator('.status-mark', { hasText: 'cancelled' }).waitFor();
    for (const epoch of ['1', '2', '3', '4']) writeFileSync(join(gate, epoch), '');
    await row('slow-a').getByRole('link', { name: 'slow-a' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('goes on from').waitFor();
    await state('succeeded').waitFor();
  });

  test('a run that is deleted elsewhere while one reads it is said to be gone; one deletes from its page', async () => {
    await Promise.all(
      ['doomed', 'done-with'].map((name) =>
        scene.run('run', 'learn', '--name', name, '--rate', '0.9', '--epochs', '2'),
      ),
    );
    await openRun('doomed');
    expect((await scene.run('runs', 'delete', 'doomed', '--yes')).code).toBe(0);
    await page.getByRole('alert').filter({ hasText: 'This run was deleted' }).waitFor();
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
    await page.reload();
    await page.getByRole('heading', { name: 'No such run' }).waitFor();
    watch.forgiveAnswers(404);
    await openRun('done-with');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the run' }).click();
    await row('grid-1').waitFor();
    expect(await row('done-with').count()).toBe(0);
    watch.forgiveAnswers(404);
  });

  test('forgets results of the cache, after it said how many', async () => {
    await page.goto('/cache');
    await page.getByRole('button', { name: 'Forget results…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Forget results' });
    await dialog.getByRole('button', { name: 'Forget them' }).click();
    await dialog.getByText('Say which: all would be too many.').waitFor();
    await dialog.getByRole('textbox', { name: 'Older than' }).fill('soon');
    await dialog.getByRole('alert').filter({ hasText: 'soon' }).waitFor();
    await dialog.getByRole('textbox', { name: 'Older than' }).fill('');
    await dialog.getByRole('textbox', { name: 'Step' }).fill('gather');
    await dialog.getByText('1 result').waitFor();
    await dialog.getByRole('button', { name: 'Forget them' }).click();
    await dialog.waitFor({ state: 'detached' });
    watch.forgiveAnswers(400);
    const again = await scene.run('run', 'shaky', '--name', 'anew', '--part', part);
    expect(again.stdout).toMatch(/gather\s+\d/);
  });

  test('says what the pipeline refuses of the parameters', async () => {
    await page.goto(`/pipelines/learn/run?from=${await scene.idOf('grid-1')}`);
    await page.getByLabel('epochs', { exact: true }).fill('2.5');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/2\.5/).first().waitFor();
    expect(page.url()).toContain('/pipelines/learn/run');
    await page.getByLabel('epochs', { exact: true }).fill('3');
    await page.getByLabel('rate', { exact: true }).fill('1e999');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.new-run').getByText('1e999').first().waitFor();
    expect(page.url()).toContain('/pipelines/learn/run');
    watch.forgiveAnswers(400);
  });

  test('compares the grid of eight, and warns of other data', async () => {
    const ids = await Promise.all(GRID.map(({ name }) => scene.idOf(name)));
    await page.goto(`/compare?runs=${ids.join(',')}`);
    const region = (name: string) => page.getByRole('region', { name, exact: true });
    const names = region('Parameters').locator('tbody tr th');
    await names.first().waitFor();
    expect((await names.allTextContents()).map((name) => name.trim()).sort()).toEqual(['epochs', 'rate']);
    await region('Parameters to metrics').locator('svg, canvas').first().waitFor();
    await page.locator('figure', { hasText: 'loss' }).locator('svg, canvas').first().waitFor();
    await page
      .getByRole('img', { name: /learn\.matrix of/ })
      .nth(7)
      .waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    const csv = await (await download).createReadStream();
    const text = (await csv.toArray()).join('');
    for (const { name } of GRID) expect(text).toContain(name);
    expect(text).toMatch(/rate.*0\.9.*0\.2/);
    await page.getByRole('link', { name: 'Leave grid-8 out' }).click();
    await page.getByRole('img', { name: /learn\.matrix of grid-8/ }).waitFor({ state: 'detached' });
    await page.goto(`/compare?runs=${ids[0]},${await scene.idOf('elsewhere')}`);
    await page.getByRole('alert').filter({ hasText: 'evaluated on different data' }).waitFor();
  });

  test('lets in who has a token, shows a reader nothing to change, and comes back with the server', async () => {
    const port = Number(new URL(scene.viewer.url).port) + 1;
    const args = ['--port', String(port), '--token', 'read'];
    let viewer = await startViewer(scene.folder, args);
    onTestFinished(() => viewer.stop());
    const { page: guest, complaints } = await watchedPage(scene.browser, viewer.url);
    onTestFinished(() => guest.close());
    guest.setDefaultTimeout(30_000);
    await guest.goto('/');
    await guest.getByText('This viewer needs a token').waitFor();
    await guest.goto('/?token=sluice_wrong');
    await guest.getByText('not known here').waitFor();
    await guest.goto(viewer.link);
    await guest.locator('tr[data-run]').first().waitFor();
    expect(guest.url()).not.toContain('token');
    await guest.getByText('You may look, not change.').waitFor();
    await guest.getByRole('checkbox', { name: 'Select grid-1' }).check();
    expect(await guest.getByRole('button', { name: /Delete|Cancel/ }).count()).toBe(0);
    await guest.goto(`/runs/${await scene.idOf('grid-2')}`);
    await guest.getByRole('link', { name: 'Metrics' }).waitFor();
    expect(await guest.locator('.page-actions :is(button, a)').count()).toBe(0);
    await guest.goto('/pipelines/learn/run');
    await guest.getByText('Whoever may only look starts nothing.').waitFor();
    expect(await guest.getByRole('button', { name: 'Run', exact: true }).count()).toBe(0);
    await guest.goto('/runs');
    await guest.getByText('live', { exact: true }).waitFor();
    await viewer.stop();
    await guest.getByText('not connected').waitFor();
    await guest.locator('tr[data-run]').first().waitFor();
    viewer = await startViewer(scene.folder, args);
    await guest.getByText('live', { exact: true }).waitFor();
    await scene.run('run', 'learn', '--name', 'after-all', '--rate', '0.9', '--epochs', '2');
    await guest.locator('tr[data-run]', { hasText: 'after-all' }).waitFor();
    expect(complaints.filter((line) => !/401|ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY/.test(line))).toEqual([]);
  });
});
