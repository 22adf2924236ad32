import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openBrowser } from '../../browser/open-browser.ts';
import { testService } from '../../services/test-service.ts';
import { sluice } from '../sluice-command.ts';
import { mlflowProject } from './mlflow-project.ts';
import { mlflowRest } from './mlflow-rest.ts';

const service = testService('mlflow');
const chromium = findChromium();
const checkout = resolve(import.meta.dirname, '..', '..', '..');
/** Pictures for people; not in the repository. */
const output = join(checkout, 'coverage', 'mlflow');

describe.skipIf(!service || chromium.path === undefined)('MLflow’s own page of runs of Sluice', () => {
  const uri = service?.url ?? '';
  const experiment = `page ${randomUUID()}`;
  const env = { TRACKING_URI: uri, EXPERIMENT: experiment, SLUICE_STACK: 'team' };
  let cwd: string;
  let browser: Browser;

  beforeAll(async () => {
    cwd = mlflowProject();
    mkdirSync(output, { recursive: true });
    const run = async (...args: string[]): Promise<void> => {
      const { code, stderr } = await sluice(['run', ...args], { cwd, env });
      expect([code, stderr]).toEqual([0, '']);
    };
    [browser] = await Promise.all([
      openBrowser(chromium.path!),
      run('tuning', '--name', 'tuning', '--tag', 'grid=rates'),
    ]);
    await run('tuning', '--name', 'tuning again', '--tag', 'grid=rates', '--epochs', '12');
    const small = ['--data', 'shapes:train=16,val=8', '--imgsz', '64', '--epochs', '3'];
    await run(join(checkout, 'pipelines', 'train-yolo.pipeline.ts'), '--name', 'detector', ...small);
    expect((await sluice(['tracker', 'sync'], { cwd, env })).code).toBe(0);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(cwd, { recursive: true, force: true });
  });

  /** Looks at an address until it says all of that, and keeps a picture of it. */
  async function look(path: string, picture: string, texts: readonly string[], shown?: (page: Page) => Promise<void>) {
    const page = await browser.newPage({ viewport: { width: 1800, height: 1000 } });
    try {
      await page.goto(`${uri}/#${path}`);
      for (const text of texts) await page.getByText(text, { exact: true }).first().waitFor({ timeout: 60_000 });
      await shown?.(page);
    } finally {
      await page.screenshot({ path: join(output, `${picture}.png`) });
      await page.close();
    }
  }

  const idOf = async (name: string): Promise<{ readonly id: string; readonly at: string }> => {
    const runs = await mlflowRest(uri).runs(experiment, 'mlflow.source.type', 'LOCAL');
    const run = runs.find((one) => one.name === name);
    expect(run).toBeDefined();
    return { id: run!.runId, at: run!.artifactUri.split('/')[1]! };
  };

  it('lists the runs, grids and trainings below each other', async () => {
    const { at } = await idOf('detector');
    await look(`/experiments/${at}/runs`, 'runs', ['detector', 'rates'], async (page) => {
      // The first button of a parent's row opens its children.
      for (const name of ['rates', 'tuning again']) {
        const row = page.getByRole('row').filter({ hasText: name }).first();
        await row.locator('button').first().click();
      }
      await page.getByText('train-3', { exact: true }).first().waitFor({ timeout: 60_000 });
    });
  });

  it('shows a training’s figures and their curves', async () => {
    const { id, at } = await idOf('detector');
    await look(`/experiments/${at}/runs/${id}`, 'run', ['metrics/mAP50_B_', 'epochs', 'yolov8n']);
    await look(`/experiments/${at}/runs/${id}/model-metrics`, 'curves', ['mAP50-95_B_', 'pg0'], (page) =>
      page.locator('.js-plotly-plot .scatterlayer .trace').first().waitFor({ timeout: 60_000 }),
    );
  });

  it('shows a model’s files', async () => {
    const { id, at } = await idOf('detector');
    await look(`/experiments/${at}/runs/${id}/artifacts`, 'files', ['weights', 'plots', 'results.csv', 'report']);
  });
});
