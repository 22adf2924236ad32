/**
 * How fast the viewer's pages come up and move in a browser, over a big record: 100,000 runs, a log of a million lines, three runs of 5,000 steps.
 *
 *   npm run build && node --import ./dist/register.js bench/viewer-pages.ts [--runs N] [--lines N] [--steps N] [--rounds N] [--folder F]
 *
 * Needs a chromium (`SLUICE_CHROMIUM`, or on the PATH). The server is the real command. Times are from the start of the navigation to the first frame that shows what
 * is waited for, in a fresh window each; the middle one of the rounds. Frames are counted while the page is moved at each of them. `--folder` keeps the record there and takes it again.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { openStack } from '../framework/stack/open-stack.ts';
import { findChromium, openBrowser } from '../tests/browser/open-browser.ts';
import { startViewer } from '../tests/browser/start-viewer.ts';
import { chain, fillViewerRecord, type RecordedNode } from './viewer-record.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    lines: { type: 'string', default: '1000000' },
    steps: { type: 'string', default: '5000' },
    rounds: { type: 'string', default: '5' },
    folder: { type: 'string' },
  },
});
const [RUNS, LINES, STEPS, ROUNDS] = [values.runs, values.lines, values.steps, values.rounds].map(Number) as [
  number,
  number,
  number,
  number,
];

/** Frames that are counted. */
const FRAMES = 120;
const FAN = 99;
/** A box that is an element, or a canvas that boxes were painted on. */
const BOXES = '.dag [data-status], .dag [data-drawn]';

/** One fan-out after the other, each collected. */
function fans(): readonly RecordedNode[] {
  const nodes: RecordedNode[] = [];
  let last: readonly string[] = [];
  while (nodes.length < STEPS) {
    const parts = Array.from({ length: FAN }, (_, i) => ({
      id: `part-${nodes.length + i}`,
      step: 'part',
      parents: last,
    }));
    const collect = { id: `collect-${nodes.length}`, step: 'collect', parents: parts.map(({ id }) => id) };
    nodes.push(...parts, collect);
    last = [collect.id];
  }
  return nodes;
}

/** A hundred steps side by side, layer upon layer, each below two of the last layer: nothing folds. */
const mesh = (): readonly RecordedNode[] =>
  Array.from({ length: STEPS }, (_, i) => ({
    id: `node-${i}`,
    step: `work-${i % 100}`,
    parents: i < 100 ? [] : [i - 100, i - 100 - (i % 100) + ((i * 37 + 11) % 100)].map((parent) => `node-${parent}`),
  }));

const PLANS = {
  fans: fans(),
  mesh: mesh(),
  deep: chain(Array.from({ length: STEPS }, (_, n) => `node-${n}`)),
};

const folder = resolve(values.folder ?? mkdtempSync(join(tmpdir(), 'sluice-bench-')));
try {
  await record();
  await measure();
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

async function record(): Promise<void> {
  const home = join(folder, '.sluice');
  if (existsSync(home)) return;
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  await (await openStack({ project: { dir: folder, home }, name: 'local' })).close();
  fillViewerRecord(join(home, 'sluice.db'), { runs: RUNS, lines: LINES, plans: PLANS, now: Date.now() });
}

async function measure(): Promise<void> {
  const chromium = findChromium();
  if (chromium.path === undefined) throw new Error(chromium.missing);
  const viewer = await startViewer(folder);
  const browser = await openBrowser(chromium.path);
  try {
    console.log(
      `${RUNS} runs, ${LINES} lines, ${STEPS} steps; ${ROUNDS} rounds; load ${loadavg()[0]!.toFixed(1)} on ${availableParallelism()} cores`,
    );
    console.log(`${'page'.padEnd(34)} opens/ms  frames/s  slowest/ms  elements`);
    for (const [id, nodes] of Object.entries(PLANS)) {
      await row(browser, `a run: ${id}, ${nodes.length} steps`, `${viewer.url}/runs/${id}`, BOXES, pan);
    }
    const middle = `${viewer.url}/runs/mesh?step=node-${Math.floor(STEPS / 2)}`;
    await row(browser, 'a run: mesh, far out', middle, BOXES, panFarOut);
    await row(browser, `${RUNS} runs`, `${viewer.url}/runs`, 'tr[data-run]', scroll('.runs-frame'));
    const log = `${viewer.url}/runs/chatty?view=logs`;
    await row(browser, `the end of ${LINES} lines`, log, '.log-line', scroll('.log-lines', -1));
    await firstLoad(browser, viewer.url);
  } finally {
    await browser.close();
    await viewer.stop();
  }
}

interface Frames {
  readonly perSecond: number;
  readonly slowest: number;
}

/** Opens an address so many times, and moves it the last time. */
async function row(
  browser: Browser,
  name: string,
  url: string,
  selector: string,
  move: (page: Page) => Promise<Frames>,
): Promise<void> {
  const times: number[] = [];
  const moved: Frames[] = [];
  let elements = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    // In the page, from the start of its navigation: a round trip of ours is in none of these.
    await page.addInitScript(`window.shown = new Promise((done) => {
      const look = () => document.querySelector(${JSON.stringify(selector)}) ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
      requestAnimationFrame(look);
    });`);
    await page.goto(url, { waitUntil: 'commit' });
    times.push(await page.evaluate<number>('window.shown'));
    await page.waitForLoadState('networkidle');
    moved.push(await move(page));
    elements = await page.evaluate<number>('document.querySelectorAll("*").length');
    await page.close();
  }
  const { perSecond, slowest } = moved.sort((a, b) => a.perSecond - b.perSecond)[Math.floor(ROUNDS / 2)]!;
  console.log(
    `${name.padEnd(34)} ${middleOf(times).toFixed(0).padStart(8)}  ${perSecond.toFixed(0).padStart(8)}  ${slowest.toFixed(0).padStart(10)}  ${String(elements).padStart(8)}`,
  );
}

function middleOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

/** Counts frames while `step(frame)`, an expression of the page, moves it at each. */
async function count(page: Page, step: string): Promise<Frames> {
  const at = await page.evaluate<readonly number[]>(`new Promise((done) => {
    const at = [];
    const move = ${step};
    const next = (time) => {
      at.push(time);
      if (at.length > ${FRAMES}) return done(at);
      move(at.length);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`);
  const gaps = at.slice(1).map((time, i) => time - at[i]!);
  return { perSecond: (1000 * gaps.length) / (at.at(-1)! - at[0]!), slowest: Math.max(...gaps) };
}

/** Drags the graph: right and left, and always down. */
async function pan(page: Page): Promise<Frames> {
  const frames = await count(
    page,
    `(() => {
      const canvas = document.querySelector('.dag-canvas');
      const pane = canvas ?? document.querySelector('.dag .react-flow__pane');
      const [Event, down, move] = canvas ? [PointerEvent, 'pointerdown', 'pointermove'] : [MouseEvent, 'mousedown', 'mousemove'];
      const box = pane.getBoundingClientRect();
      let x = box.left + box.width / 2, y = box.bottom - 40;
      const tell = (type, target) => target.dispatchEvent(new Event(type, { pointerId: 1, bubbles: true, cancelable: true, view: window, button: 0, buttons: 1, clientX: x, clientY: y }));
      tell(down, pane);
      return (n) => {
        x += n % 60 < 30 ? 14 : -14;
        y -= 6;
        tell(move, canvas ?? window);
      };
    })()`,
  );
  return frames;
}

/** The same where as much is in sight as can be. */
async function panFarOut(page: Page): Promise<Frames> {
  const out = page.getByRole('button', { name: /zoom out/i });
  for (let times = 0; times < 12 && (await out.isEnabled()); times += 1) await out.click();
  return pan(page);
}

function scroll(selector: string, direction = 1): (page: Page) => Promise<Frames> {
  const step = `(() => { const frame = document.querySelector('${selector}'); return () => { frame.scrollTop += ${direction * 120}; }; })()`;
  return (page) => count(page, step);
}

/** Everything that the page of runs asks for before somebody does anything, as it is sent. */
async function firstLoad(browser: Browser, url: string): Promise<void> {
  const page = await browser.newPage();
  const sizes: Promise<number>[] = [];
  page.on('requestfinished', (request) => {
    if (!request.url().includes('/api/')) sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize));
  });
  await page.goto(`${url}/runs`, { waitUntil: 'networkidle' });
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  console.log(`first load of the page of runs: ${(bytes / 1000).toFixed(0)} kB in ${sizes.length} files`);
}
