import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { WORKER_MARK } from './worker-mark.ts';

/** How a worker process is started. */
export interface WorkerLaunch {
  /** Its script; it calls `serveStep`. */
  readonly entry: string;
  readonly execArgv?: readonly string[];
}

type Source = 'stdout' | 'stderr';

/** A process that serves steps, one after the other. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  /** What it writes into both its streams when a step has ended and it stays: no line of that step comes after it. */
  readonly mark: string;
  /** Lines go to `onLine` from now on. `onMark` is called when both streams have been read up to the mark. */
  read(listeners: { readonly onLine: (source: Source, line: string) => void; readonly onMark: () => void }): void;
}

export function startWorker({ entry, execArgv = [] }: WorkerLaunch): WorkerProcess {
  const child = fork(entry, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    execArgv: [...execArgv],
    env: { ...process.env, [WORKER_MARK]: '1' },
  });
  // Whoever waits for it listens too; nobody waits for one that fails to be ended.
  child.on('error', () => {});
  const mark = `\0sluice ${randomBytes(8).toString('hex')}`;
  let listeners: Parameters<WorkerProcess['read']>[0] = { onLine() {}, onMark() {} };
  const marked = new Set<Source>();
  const take = (source: Source) => (line: string) => {
    const isLast = line.endsWith(mark);
    // A step may end in the middle of a line.
    const said = isLast ? line.slice(0, -mark.length) : line;
    if (said !== '' || !isLast) listeners.onLine(source, said);
    if (!isLast) return;
    marked.add(source);
    if (marked.size === 2) listeners.onMark();
  };
  readLines(child.stdout, take('stdout'));
  readLines(child.stderr, take('stderr'));
  return {
    child,
    mark,
    read(next) {
      marked.clear();
      listeners = next;
    },
  };
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}
