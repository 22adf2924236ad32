import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { type RunningDigests, runningDigests } from './running-digests.ts';
import type { FromHashThread, ToHashThread } from './thread-hash.ts';

/** The script of the hash thread (`dist/serve-hashes.js`): takes blocks in the order in which they are told, says when it has read each. */
const hashes = new Map<number, RunningDigests>();
/** What is read of a file at once: it stays in the processor's cache between being read and being hashed. */
const BLOCK = 256 << 10;
const block = Buffer.allocUnsafe(BLOCK);

parentPort?.on('message', (message: ToHashThread) => parentPort?.postMessage(answerTo(message)));

function answerTo(message: ToHashThread): FromHashThread {
  const { id, kinds } = message;
  const hash = hashes.get(id) ?? runningDigests(kinds);
  hashes.set(id, hash);
  switch (message.type) {
    case 'update':
      hash.update(message.block);
      return { id };
    case 'range':
      return readRange(hash, message);
    case 'digest':
      hashes.delete(id);
      return { id, digests: hash.digests() };
    case 'drop':
      hashes.delete(id);
      return { id };
  }
}

function readRange(
  hash: RunningDigests,
  { id, file, from, to }: Extract<ToHashThread, { type: 'range' }>,
): FromHashThread {
  try {
    const source = openSync(file, 'r');
    try {
      for (let at = from; at < to; ) {
        const bytes = readSync(source, block, 0, Math.min(BLOCK, to - at), at);
        if (bytes === 0) return { id, problem: `${file} ended at ${at} and not at ${to}` };
        hash.update(block.subarray(0, bytes));
        at += bytes;
      }
      return { id };
    } finally {
      closeSync(source);
    }
  } catch (error) {
    return { id, problem: `${file} can't be read: ${(error as Error).message}` };
  }
}
