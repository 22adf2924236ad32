import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect } from 'vitest';
import { type WatchedPage, watchedPage } from './start-viewer.ts';
import type { Scene } from './viewer-scene.ts';

/** The window of the test that runs. */
export interface Watch {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** A no of the server is an answer; the browser notes it all the same. */
  forgiveAnswers(status: number): void;
}

/** A window for each test, which ends without complaints. @param scene open when the first test begins */
export function watchEachTest(scene: () => Scene): Watch {
  let watched: WatchedPage;
  beforeEach(async () => {
    watched = await watchedPage(scene().browser, scene().viewer.url);
    watched.page.setDefaultTimeout(30_000);
  });
  afterEach(async () => {
    await watched.page.close();
    expect(watched.complaints).toEqual([]);
  });
  return {
    get page() {
      return watched.page;
    },
    get complaints() {
      return watched.complaints;
    },
    forgiveAnswers: (status) => {
      expect(watched.complaints.filter((line) => !line.includes(`status of ${status}`))).toEqual([]);
      (watched.complaints as string[]).length = 0;
    },
  };
}
