import { DatabaseSync } from 'node:sqlite';

/** A node of a plan, as a run's record has it. */
export interface RecordedNode {
  readonly id: string;
  readonly step: string;
  readonly parents: readonly string[];
}

export interface ViewerRecord {
  /** Runs of four steps, a second apart, the newest `now`. */
  readonly runs: number;
  /** Lines of the log of a run `chatty`; 0 for no such run. */
  readonly lines: number;
  /** Further runs, by id. */
  readonly plans: Readonly<Record<string, readonly RecordedNode[]>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A chain of steps. */
export const chain = (ids: readonly string[]): readonly RecordedNode[] =>
  ids.map((id, n) => ({ id, step: 'work', parents: ids.slice(Math.max(0, n - 1), n) }));

/** The id of one of the small runs, which number from 0, the oldest. */
export const smallRun = (number: number): string => number.toString(16).padStart(12, '0');

/** Fills a new database of the local stack with rows as runs leave them, written past the store: through it this would take an hour. */
export function fillViewerRecord(path: string, { runs, lines, plans, now }: ViewerRecord): void {
  const db = new DatabaseSync(path);
  const add = rowsOf(db);
  db.exec('begin');
  const small = chain(['a', 'b', 'c', 'd']);
  for (let i = 0; i < runs; i++) add.run(smallRun(i), now - (runs - i) * 1000, i, small);
  for (const [id, nodes] of Object.entries(plans)) add.run(id, now, 1, nodes);
  if (lines > 0) add.run('chatty', now, 1, chain(['a', 'b']));
  for (let i = 0; i < lines; i++) add.line(i, now);
  db.exec('commit');
  db.close();
}

function rowsOf(db: DatabaseSync) {
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
    `insert into log_line (step_run_id, run_id, seq, attempt, time, level, source, message) values (?, 'chatty', ?, 1, ?, ?, 'log', ?)`,
  );
  return {
    run(id: string, at: number, i: number, nodes: readonly RecordedNode[]): void {
      const status = i % 50 === 0 ? 'failed' : 'succeeded';
      const plan = JSON.stringify({ nodes: nodes.map((node) => ({ ...node, inputs: [] })) });
      const params = { lr0: (i % 100) / 1000, epochs: i % 7 };
      const durationMs = 60_000 + i;
      const pipeline = i % 3 ? 'train-yolo' : 'search';
      run.run(id, `run-${i}`, pipeline, status, ...[at, at, at + durationMs, durationMs], JSON.stringify(params), plan);
      for (const [n, node] of nodes.entries()) {
        step.run(`${id}/${node.id}`, id, n, node.id, node.step, at + n, at + n + 50);
      }
      for (const [name, value] of Object.entries(params)) param.run(name, at, id, value, String(value));
      metric.run('mAP50', at, id, `${id}/${nodes[0]!.id}`, ((i * 7919) % 1000) / 1000);
    },
    line(i: number, now: number): void {
      const level = i % 100_000 === 5 ? 'error' : 'info';
      line.run(`chatty/${i % 3 ? 'a' : 'b'}`, i + 1, now + i, level, `line ${i} of a log that goes on and on`);
    },
  };
}
