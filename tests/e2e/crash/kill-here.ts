/**
 * Loaded ahead of everything else (NODE_OPTIONS) by the processes of a run: kills one of them at an exact write, which no look from outside can
 * aim at. `KILL_HERE` is the kill as JSON with the path of a file that says it was done (`flag`), or `{ "count": FILE }`: how many writes of
 * each kind there are.
 *
 * A commit is SQLite's statement, or the packet that asks Postgres for it; a put is a request that brings MinIO bytes. `before`: it was not
 * begun, and the transaction's or the upload's other parts were. `during`: at a random moment while it goes on. `after`: it was done, and
 * nobody knows.
 */
export const KILL_HERE = `
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { StatementSync } from 'node:sqlite';
import { isMainThread, Worker } from 'node:worker_threads';

const plan = JSON.parse(process.env.KILL_HERE ?? '{}');
const isExecutor = process.argv[1]?.endsWith('go.ts') ?? false;
const made = { commit: 0, put: 0 };
if (isMainThread && 'count' in plan && isExecutor)
  process.on('exit', () => writeFileSync(plan.count, JSON.stringify(made)));
const isMine = isMainThread && 'flag' in plan && isExecutor === (plan.who === 'executor');

/** Once in a run: a step that is tried again is let be. */
function mark() {
  try {
    writeFileSync(plan.flag, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}
const die = () => process.kill(process.pid, 'SIGKILL');

/** Kills while this thread is inside of a call: another thread does it, after some microseconds. */
const gate = new Int32Array(new SharedArrayBuffer(8));
if (isMine && plan.how === 'during')
  new Worker(
    "const { workerData: gate } = require('node:worker_threads'); Atomics.store(gate, 1, 1); Atomics.wait(gate, 0, 0);" +
      'const end = performance.now() + ' + plan.delay / 1000 + '; while (performance.now() < end); process.kill(process.pid, "SIGKILL");',
    { eval: true, workerData: gate, execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } },
  ).unref();

function killsAt(kind) {
  const number = made[kind]++;
  return isMine && plan.when[kind] === number && mark();
}

const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (...values) {
  if (this.sourceSQL !== 'commit' || !killsAt('commit')) return run.apply(this, values);
  if (plan.how === 'before') die();
  if (plan.how === 'during') {
    if (Atomics.load(gate, 1) === 0) die();
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
  }
  const result = run.apply(this, values);
  for (;;) die();
  return result;
};

const { write } = Socket.prototype;
Socket.prototype.write = function (chunk, ...more) {
  const head = typeof chunk === 'string' ? chunk.slice(0, 40) : Buffer.from(chunk.buffer ?? chunk, chunk.byteOffset, chunk.byteLength).subarray(0, 40).toString('latin1');
  const kind = /^Q....commit/s.test(head) ? 'commit' : head.startsWith('PUT /') ? 'put' : undefined;
  if (kind === undefined || !killsAt(kind)) return write.call(this, chunk, ...more);
  if (plan.how === 'before') die();
  if (plan.how === 'during') setTimeout(die, plan.delay / 100);
  else this.prependListener('data', die);
  return write.call(this, chunk, ...more);
};
`;
