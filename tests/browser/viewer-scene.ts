import { rmSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { type Ended, sluice } from '../e2e/sluice-command.ts';
import { openBrowser } from './open-browser.ts';
import { type RunningViewer, startViewer } from './start-viewer.ts';
import { viewerProject } from './viewer-project.ts';

/** A project with a few runs, a viewer over it, and a browser. */
export interface Scene {
  readonly folder: string;
  readonly browser: Browser;
  readonly viewer: RunningViewer;
  /** Runs the command in the project, to its end. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Id of a run by its name. */
  idOf(name: string): Promise<string>;
  close(): Promise<void>;
}

/** @param runs what follows `sluice run`, each at the same time as the others */
export async function openScene(chromium: string, runs: readonly (readonly string[])[]): Promise<Scene> {
  const folder = viewerProject();
  const run = (...args: readonly string[]): Promise<Ended> => sluice(args, { cwd: folder });
  const [browser] = await Promise.all([openBrowser(chromium), ...runs.map((args) => run('run', ...args))]);
  const viewer = await startViewer(folder).catch(async (error: unknown) => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  });
  return {
    folder,
    browser,
    viewer,
    run,
    idOf: async (name) => {
      const answer = await fetch(`${viewer.url}/api/runs/${name}`);
      return ((await answer.json()) as { id: string }).id;
    },
    close: async () => {
      await browser.close();
      await viewer.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
