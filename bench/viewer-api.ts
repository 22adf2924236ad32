/**
 * How fast the viewer's API answers over a big record: 100,000 runs, a log of a million lines, a run of 5,000 steps.
 *
 *   npm run build && node --import ./dist/register.js bench/viewer-api.ts [runs] [lines] [steps]
 *
 * Answers are made by the app itself, without a socket: what is measured is queries, shapes, JSON and compression. `cpu` is the processor time of
 * the median answer, all threads together: what to compare by on a machine that has other work.
 * SLUICE_BENCH_DIR=<folder> keeps the record there, for the next time.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../framework/server/create-app.ts';
import { openLiveFeed } from '../framework/server/live/live-feed.ts';
import { openStack } from '../framework/stack/open-stack.ts';
import { chain, fillViewerRecord, smallRun } from './viewer-record.ts';

const [RUNS = 100_000, LINES = 1_000_000, STEPS = 5_000] = process.argv.slice(2).map(Number);
const NOW = Date.now();
const ROUNDS = 40;
const HOST = 'localhost:1';

const kept = process.env['SLUICE_BENCH_DIR'];
if (kept !== undefined) mkdirSync(kept, { recursive: true });
const folder = kept ?? mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const project = { dir: folder, home: join(folder, '.sluice') };
const database = join(project.home, 'sluice.db');
try {
  const isFilled = existsSync(database);
  await (await openStack({ project, name: 'local' })).close();
  const wide = chain(Array.from({ length: STEPS }, (_, n) => `node-${n}`));
  if (!isFilled) fillViewerRecord(database, { runs: RUNS, lines: LINES, plans: { wide }, now: NOW });
  await measure();
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const stack = await openStack({ project, name: 'local' });
  const onFault = (error: unknown): never => {
    throw error;
  };
  const live = await openLiveFeed(stack.metadataStore, { boot: 'b', onFault });
  const refuse = async (): Promise<never> => onFault(new Error('Nothing is started here.'));
  const app = createApp({
    stack,
    project,
    version: '0',
    gate: { hosts: new Set([HOST]), roleOf: null, openRole: 'operate', cookie: 'c' },
    live,
    launcher: { run: refuse, resume: refuse, retry: refuse, ask: refuse },
    pages: undefined,
    now: Date.now,
    onFault,
  });
  const middle = smallRun(Math.floor(RUNS / 2));
  const cases: readonly (readonly [string, string])[] = [
    ['runs, first page', '/api/runs'],
    ['runs, page in the middle', `/api/runs?after=${encodeURIComponent(`${NOW - (RUNS / 2) * 1000}~${middle}`)}`],
    ['runs, status:failed', '/api/runs?filter=status:failed'],
    ['runs, metrics.mAP50>0.99', '/api/runs?filter=metrics.mAP50%3E0.99'],
    ['runs, metrics.mAP50>2 (none)', '/api/runs?filter=metrics.mAP50%3E2'],
    ['runs, params.lr0=0.05 status:failed', '/api/runs?filter=params.lr0%3D0.05%20status:failed'],
    ['runs, by metric', '/api/runs?sort=-metrics.mAP50'],
    ['runs, by name', '/api/runs?sort=name'],
    ['runs, a word (one run)', `/api/runs?filter=run-${RUNS - 7}`],
    ['a run of four steps', `/api/runs/${middle}`],
    [`a run of ${STEPS} steps`, '/api/runs/wide'],
    [`last lines of ${LINES}`, '/api/runs/chatty/logs'],
    ['one step’s last lines', '/api/runs/chatty/logs?step=a'],
    ['lines with a level', '/api/runs/chatty/logs?level=error'],
    ['pipelines', '/api/pipelines'],
    ['suggestions', '/api/filter/suggest?text=metrics.m'],
  ];
  console.log(
    `${RUNS} runs, ${LINES} lines, ${STEPS} steps\n${'answer'.padEnd(38)} first    p50    p95    cpu   bytes`,
  );
  for (const [name, path] of cases) {
    const times: number[] = [];
    const work: number[] = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const before = process.cpuUsage();
      const answer = await app.request(`http://${HOST}${path}`, { headers: { host: HOST, 'accept-encoding': 'br' } });
      bytes = (await answer.arrayBuffer()).byteLength;
      times.push(performance.now() - start);
      const { user, system } = process.cpuUsage(before);
      work.push((user + system) / 1000);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    }
    const [first = 0] = times;
    const sorted = times.slice(1).sort((a, b) => a - b);
    const at = (values: readonly number[], share: number): string =>
      (values[Math.floor(share * (values.length - 1))] ?? 0).toFixed(1).padStart(6);
    const cpu = at(
      work.slice(1).sort((a, b) => a - b),
      0.5,
    );
    console.log(
      `${name.padEnd(38)} ${first.toFixed(0).padStart(5)} ${at(sorted, 0.5)} ${at(sorted, 0.95)} ${cpu} ${String(bytes).padStart(7)}`,
    );
  }
  await live.close();
  await stack.close();
}
