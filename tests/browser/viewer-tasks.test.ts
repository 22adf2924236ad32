import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startSluice } from '../e2e/sluice-command.ts';
import { findChromium } from './open-browser.ts';
import { openScene, type Scene } from './viewer-scene.ts';
import { watchEachTest } from './watch-each-test.ts';

const chromium = findChromium();

const absent = chromium.path === undefined ? ` (absent: ${chromium.missing})` : '';

describe.runIf(chromium.path !== undefined)(`what one does in the viewer${absent}`, () => {
  let scene: Scene;
  let page: Page;

  beforeAll(async () => {
    scene = await openScene(chromium.path!, [
      ['fan', '--name', 'whole'],
      ['fan', '--name', 'broken', '--fails', '--size', '2'],
      ['learn', '--name', 'high', '--rate', '0.8'],
      ['learn', '--name', 'low', '--rate', '0.3'],
    ]);
  }, 180_000);
  afterAll(() => scene?.close());

  const watch = watchEachTest(() => scene);
  beforeEach(() => {
    page = watch.page;
  });

  const row = (name: string) => page.locator('tr[data-run]', { hasText: name });
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };

  test('filters runs, with suggestions, and keeps the filter in the address', async () => {
    await page.goto('/runs');
    await row('whole').waitFor();
    const field = page.getByRole('combobox', { name: 'Filter of runs' });
    await press('/');
    await page.keyboard.type('sta');
    await page.getByRole('option', { name: /status:/ }).waitFor();
    await press('ArrowDown', 'Enter');
    expect(await field.inputValue()).toBe('status:');
    await page.keyboard.type('failed');
    await press('Enter');
    await row('whole').waitFor({ state: 'detached' });
    expect(await page.locator('tr[data-run]').count()).toBe(1);
    expect(page.url()).toContain('filter=status:failed');
    await page.reload();
    await row('broken').waitFor();
    expect(await field.inputValue()).toBe('status:failed');
    await page.goBack();
    await row('whole').waitFor();
  });

  test('says what is wrong with a filter', async () => {
    await page.goto('/runs?filter=sttus:failed');
    await page.getByRole('alert').filter({ hasText: 'sttus' }).waitFor();
    watch.forgiveAnswers(400);
  });

  test('goes from runs to a step, compares, and back, by keyboard alone', async () => {
    await page.goto('/runs');
    await row('whole').waitFor();
    const position = async (name: string): Promise<number> => Number(await row(name).getAttribute('data-index'));
    const focusOn = async (name: string): Promise<void> => {
      const to = await position(name);
      for (let steps = 0; steps <= 4; steps += 1) {
        const at = await page.evaluate<string | null>(
          'document.activeElement?.closest("tr[data-run]")?.dataset.index ?? null',
        );
        if (Number(at ?? -1) === to && at !== null) return;
        const next = at === null ? 0 : Number(at) + (Number(at) < to ? 1 : -1);
        await press(at === null || Number(at) < to ? 'j' : 'k');
        await page.locator(`tr[data-index="${next}"] a:focus`).waitFor();
      }
    };
    await focusOn('high');
    await press('x');
    await page.getByText('1 run selected').waitFor();
    await focusOn('low');
    await press('x');
    await page.getByText('2 runs selected').waitFor();
    await press('c');
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    await press('g', 'r');
    await row('broken').waitFor();
    await focusOn('broken');
    await press('Enter');
    await page.getByRole('heading', { name: 'broken' }).waitFor();
    await press('3');
    await page.locator('.log-line', { hasText: 'scoring part 2' }).first().waitFor();
    await press('1');
    await page.getByRole('heading', { name: 'Steps', exact: true }).waitFor();
    await page.locator('.step-list [data-index="0"]').waitFor();
    await press('j');
    await page.locator('.step-list [data-index="0"] a:focus').waitFor();
    await press('j', 'Enter');
    await page.getByRole('heading', { name: 'Log' }).waitFor();
    await press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await press('g', 'p');
    await page.getByRole('heading', { name: 'Pipelines' }).waitFor();
  });

  test('folds alike steps, and unfolds them', async () => {
    await page.goto(`/runs/${await scene.idOf('whole')}`);
    const group = page.locator('.dag').getByRole('button', { name: /score × 24/ });
    await group.click();
    await page
      .locator('.dag')
      .getByRole('link', { name: /score-7/ })
      .waitFor();
    expect(page.url()).toContain('open=');
    await page.getByRole('button', { name: 'Fold again' }).click();
    await group.waitFor();
  });

  test('searches logs, and shows their colours', async () => {
    await page.goto(`/runs/${await scene.idOf('whole')}?view=logs`);
    await page.locator('.log-line .ansi-green').first().waitFor();
    await page.getByRole('searchbox', { name: 'Search in the log' }).fill('odd');
    await page.locator('.log-line mark').waitFor();
    await expect.poll(() => page.locator('.log-line').count()).toBe(1);
    expect(page.url()).toContain('search=odd');
    await page.getByRole('searchbox', { name: 'Search in the log' }).fill('');
    await page.getByLabel('Least level').selectOption('warn');
    await expect.poll(() => page.locator('.log-line .log-text').allTextContents()).toEqual(['part 3 is odd']);
  });

  test('asks for the end of a log at once, and once, not when the run is known', async () => {
    const id = await scene.idOf('whole');
    const asked: string[] = [];
    page.on('request', (request) => {
      if (/\/logs\?(?!.*after=)/.test(request.url())) asked.push(request.url());
    });
    const early = page.waitForRequest(/\/logs\?/);
    await page.route(`**/api/runs/${id}`, async (route) => {
      await early;
      await route.continue();
    });
    await page.goto(`/runs/${id}?view=logs`);
    await page.locator('.log-line').first().waitFor();
    expect(asked).toHaveLength(1);
  });

  test('compares runs: differences first, the better one marked, pictures side by side', async () => {
    await page.goto(`/compare?runs=${await scene.idOf('high')},${await scene.idOf('low')}`);
    const rows = page.getByRole('region', { name: 'Parameters', exact: true }).locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.allTextContents()).toEqual([expect.stringMatching(/rate.*0\.8.*0\.3/)]);
    const loss = page.getByRole('region', { name: 'Metrics', exact: true }).locator('tr', { hasText: 'loss' });
    expect(await loss.locator('td').last().textContent()).toContain('best');
    await expect.poll(() => page.getByRole('img', { name: /learn\.matrix of/ }).count()).toBe(2);
    await page.getByRole('button', { name: 'Differences only' }).click();
    await expect.poll(() => rows.count()).toBe(4);
  });

  test('runs again with one parameter changed', async () => {
    await page.goto(`/runs/${await scene.idOf('whole')}`);
    await page.getByRole('link', { name: 'Run again…' }).click();
    await page.getByLabel('parts', { exact: true }).fill('many');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('“many” is not a number.').waitFor();
    await page.getByLabel('parts', { exact: true }).fill('2');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText('step', { exact: false }).first().waitFor();
    await page.locator('.page-title .status-mark', { hasText: 'succeeded' }).waitFor();
    expect(await page.locator('.step-list li').count()).toBe(4);
    // What did not change was taken from the cache.
    await page
      .getByRole('link', { name: /source/ })
      .first()
      .getByText('cached')
      .first()
      .waitFor();
  });

  test('shows a training in another process as it goes, and cancels it', async () => {
    const gate = mkdtempSync(join(scene.folder, 'gate-'));
    await page.goto('/runs');
    await row('whole').waitFor();
    const training = startSluice(['run', 'learn', '--name', 'watched', '--rate', '0.6', '--gate', gate], {
      cwd: scene.folder,
    });
    // A test that fails leaves nobody waiting at the gate.
    onTestFinished(() => training.signal('SIGKILL'));
    await row('watched').locator('.status-mark', { hasText: 'running' }).waitFor();
    await row('watched').getByRole('link', { name: 'watched' }).click();
    await page.getByRole('link', { name: 'Metrics' }).click();
    await page.getByText('No metrics yet').waitFor();
    writeFileSync(join(gate, '1'), '');
    await page.locator('.run-figures').getByText('0.6').waitFor();
    writeFileSync(join(gate, '2'), '');
    await page.locator('.curve-card', { hasText: 'loss' }).getByText('0.3').first().waitFor();
    await page.getByRole('link', { name: 'Logs' }).click();
    await page.getByText('epoch 2 of 4').waitFor();
    writeFileSync(join(gate, '3'), '');
    await page.getByText('epoch 3 of 4').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await page.locator('.page-title .status-mark', { hasText: 'cancelled' }).waitFor();
    expect((await training.ended).code).toBe(130);
  });

  test('deletes runs that are selected', async () => {
    await scene.run('run', 'learn', '--name', 'superfluous', '--rate', '0.8');
    await page.goto('/runs?filter=superfluous');
    await page.getByRole('checkbox', { name: 'Select superfluous' }).check();
    await page.getByRole('button', { name: 'Delete 1' }).click();
    await page.getByRole('button', { name: 'Delete them' }).click();
    await page.getByText('No run fits this filter').waitFor();
  });
});
