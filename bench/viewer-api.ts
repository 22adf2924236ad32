/**
 * How fast the viewer's API answers over a big record: 100,000 runs, a log of a million lines, a run of 5,000 steps.
 *
 *   npm run build && node --import ./dist/register.js bench/viewer-api.ts [runs] [lines] [steps]
 *
 * Answers are made by the app itself, without a socket: what is measured is queries, shapes, JSON and compression.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createApp } from '../framework/server/create-app.ts';
import { openLiveFeed } from '../framework/server/live/live-feed.ts';
import { openStack } from '../framework/stack/open-stack.ts';

const [RUNS = 100_000, LINES = 1_000_000, STEPS = 5_000] = process.argv.slice(2).map(Number);
const NOW = Date.now();
const ROUNDS = 40;
const HOST = 'localhost:1';

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const project = { dir: folder, home: join(folder, '.sluice') };
try {
  await (await openStack({ project, name: 'local' })).close();
  fill(join(project.home, 'sluice.db'));
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Rows as runs leave them, written past the store: through it this would take an hour. */
function fill(path: string): void {
  const db = new DatabaseSync(path);
  const run = db.prepare(
    `insert into run (id, name, pipeline, status, stack, created_at, started_at, ended_at, duration_ms, executor, cancel_requested, mode, source, tags, params, plan, result)
     values (?, ?, ?, ?, 'local', ?, ?, ?, ?, 'e', 0, 'fail-fast', 'x.ts', '[]', ?, ?, 'null')`,
  );
  const step = db.prepare(
    `insert into step_run (id, run_id, position, node, step, status, reason, attempts, started_at, ended_at) values (?, ?, ?, ?, ?, 'succeeded', 'It never ran before.', 1, ?, ?)`,
  );
  const param = db.prepare('insert into run_param (name, created_at, run_id, number, text) values (?, ?, ?, ?, ?)');
  const metric = db.prepare(
    'insert into run_metric (name, created_at, run_id, step_run_id, x, number) values (?, ?, ?, ?, 1, ?)',
  );
  const line = db.prepare(
    `insert into log_line (step_run_id, run_id, seq, attempt, time, level, source, message) values (?, ?, ?, 1, ?, ?, 'log', ?)`,
  );
  const addRun = (id: string, at: number, i: number, nodes: readonly string[]): void => {
    const status = i % 50 === 0 ? 'failed' : 'succeeded';
    const plan = {
      nodes: nodes.map((node, n) => ({
        id: node,
        step: 'work',
        parents: nodes.slice(Math.max(0, n - 1), n),
        inputs: [],
      })),
    };
    const params = { lr0: (i % 100) / 1000, epochs: i % 7 };
    run.run(
      id,
      `run-${i}`,
      i % 3 ? 'train-yolo' : 'search',
      status,
      at,
      at,
      at + 60_000 + i,
      60_000 + i,
      JSON.stringify(params),
      JSON.stringify(plan),
    );
    for (const [n, node] of nodes.entries()) step.run(`${id}/${node}`, id, n, node, 'work', at + n, at + n + 50);
    for (const [name, value] of Object.entries(params)) param.run(name, at, id, value, String(value));
    metric.run('mAP50', at, id, `${id}/a`, ((i * 7919) % 1000) / 1000);
  };
  db.exec('begin');
  for (let i = 0; i < RUNS; i++)
    addRun(i.toString(16).padStart(12, '0'), NOW - (RUNS - i) * 1000, i, ['a', 'b', 'c', 'd']);
  addRun(
    'wide',
    NOW,
    1,
    Array.from({ length: STEPS }, (_, n) => `node-${n}`),
  );
  addRun('chatty', NOW, 1, ['a', 'b']);
  for (let i = 0; i < LINES; i++) {
    const node = i % 3 ? 'a' : 'b';
    line.run(
      `chatty/${node}`,
      'chatty',
      i + 1,
      NOW + i,
      i % 100_000 === 5 ? 'error' : 'info',
      `line ${i} of a log that goes on and on`,
    );
  }
  db.exec('commit');
  db.close();
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
  const middle = Math.floor(RUNS / 2)
    .toString(16)
    .padStart(12, '0');
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
  console.log(`${RUNS} runs, ${LINES} lines, ${STEPS} steps\n${'answer'.padEnd(38)} first    p50    p95   bytes`);
  for (const [name, path] of cases) {
    const times: number[] = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const answer = await app.request(`http://${HOST}${path}`, { headers: { host: HOST, 'accept-encoding': 'br' } });
      bytes = (await answer.arrayBuffer()).byteLength;
      times.push(performance.now() - start);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
    }
    const [first = 0] = times;
    const sorted = times.slice(1).sort((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1).padStart(6);
    console.log(
      `${name.padEnd(38)} ${first.toFixed(0).padStart(5)} ${at(0.5)} ${at(0.95)} ${String(bytes).padStart(7)}`,
    );
  }
  await live.close();
  await stack.close();
}
