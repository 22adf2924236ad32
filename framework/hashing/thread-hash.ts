import { Worker } from 'node:worker_threads';
import type { Digest } from './digest.ts';
import type { DigestKinds, Digests } from './running-digests.ts';

/** Bytes told to the thread at once; so many such blocks, of memory that both threads see, are in use for one digest. */
const [BLOCK, BLOCKS] = [1 << 20, 3];

/** Ranges of a file that it may be behind. */
const RANGES = 2;

/** What the thread is told. It answers every message, in their order. */
export type ToHashThread = { readonly id: number; readonly kinds: DigestKinds } & (
  | { readonly type: 'update'; readonly block: Uint8Array<SharedArrayBuffer> }
  | { readonly type: 'range'; readonly file: string; readonly from: number; readonly to: number }
  | { readonly type: 'digest' | 'drop' }
);

export interface FromHashThread {
  readonly id: number;
  /** Why a file could not be read. */
  readonly problem?: string;
  readonly digests?: Digests;
}

/** Digests that are counted on another core, while this thread reads or receives what comes next. Worth its while from some 30 MiB on. */
export interface ThreadHash {
  /** Takes a copy. Resolves when there is room for more; one call after the other. */
  update(bytes: Uint8Array): Promise<void>;
  /**
   * Takes the bytes of a file from `from` up to `to`, which the thread reads itself. Resolves when there is room for more.
   * @throws when an earlier one could not be read; so does `digest`.
   */
  updateFrom(file: string, range: { readonly from: number; readonly to: number }): Promise<void>;
  /** The SHA-256, where it is counted. */
  digest(): Promise<Digest>;
  /** All that is counted. */
  digests(): Promise<Digests>;
  /** Instead of either, when the bytes will not come to their end. */
  drop(): void;
}

interface Thread {
  readonly worker: Worker;
  /** Why there will be no more answers. */
  failure?: Error;
  /** Who waits for an answer, in the order of the messages. */
  readonly waiting: { readonly done: (answer: FromHashThread) => void; readonly fail: (error: Error) => void }[];
}

let running: Thread | undefined;
let lastId = 0;

/** One thread serves the whole process: starting one takes as long as hashing some megabytes. It keeps the process alive only while somebody waits. */
export function threadHash(kinds: DigestKinds = 'sha256'): ThreadHash {
  running ??= startThread();
  const thread = running;
  const id = ++lastId;
  const sent: Promise<Uint8Array<SharedArrayBuffer>>[] = [];
  const ranges: Promise<void>[] = [];
  let block = new Uint8Array(new SharedArrayBuffer(BLOCK));
  let filled = 0;

  async function send(): Promise<void> {
    const full = block;
    const read = ask(thread, { id, kinds, type: 'update', block: full.subarray(0, filled) }).then(() => full);
    // Whoever does not wait for it hears of the thread's failure from `digest`.
    read.catch(() => undefined);
    sent.push(read);
    filled = 0;
    const next = sent.length < BLOCKS ? undefined : await sent.shift();
    block = next ?? new Uint8Array(new SharedArrayBuffer(BLOCK));
  }

  async function digests(): Promise<Digests> {
    if (filled > 0) await send();
    await Promise.all(ranges);
    return (await ask(thread, { id, kinds, type: 'digest' })).digests ?? {};
  }

  return {
    async update(bytes) {
      for (let at = 0; at < bytes.byteLength; ) {
        const taken = bytes.subarray(at, at + BLOCK - filled);
        block.set(taken, filled);
        filled += taken.byteLength;
        at += taken.byteLength;
        if (filled === BLOCK) await send();
      }
    },
    async updateFrom(file, { from, to }) {
      if (filled > 0) await send();
      const read = ask(thread, { id, kinds, type: 'range', file, from, to }).then(({ problem }) => {
        if (problem !== undefined) throw new Error(problem);
      });
      read.catch(() => undefined);
      ranges.push(read);
      if (ranges.length > RANGES) await ranges.shift();
    },
    digest: async () => (await digests()).digest as Digest,
    digests,
    drop() {
      // Nobody waits for it, so nobody needs to hear that the thread failed.
      ask(thread, { id, kinds, type: 'drop' }).catch(() => undefined);
    },
  };
}

function startThread(): Thread {
  // From source in tests, from the bundle's folder otherwise.
  const script = import.meta.url.endsWith('.ts') ? './serve-hashes.ts' : './serve-hashes.js';
  const worker = new Worker(new URL(script, import.meta.url), { execArgv: [] });
  const thread: Thread = { worker, waiting: [] };
  worker.unref();
  worker.on('message', (answer: FromHashThread) => {
    thread.waiting.shift()?.done(answer);
    if (thread.waiting.length === 0) worker.unref();
  });
  const ended = (error: Error): void => {
    thread.failure ??= error;
    if (running === thread) running = undefined;
    for (const { fail } of thread.waiting.splice(0)) fail(error);
  };
  worker.on('error', ended);
  worker.on('exit', () => ended(new Error('The hash thread ended.')));
  return thread;
}

function ask({ worker, waiting, failure }: Thread, message: ToHashThread): Promise<FromHashThread> {
  return new Promise((done, fail) => {
    if (failure) return fail(failure);
    waiting.push({ done, fail });
    worker.ref();
    worker.postMessage(message);
  });
}
