import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { FromHashThread, ToHashThread } from './thread-hash.ts';

/** The script of the hash thread (`dist/serve-hashes.js`): takes blocks in the order in which they are told, says when it has read each. */
const hashes = new Map<number, Hash>();

parentPort?.on('message', (message: ToHashThread) => {
  const { id } = message;
  const hash = hashes.get(id) ?? createHash('sha256');
  hashes.set(id, hash);
  if (message.type === 'update') hash.update(message.block);
  else hashes.delete(id);
  const answer: FromHashThread = message.type === 'digest' ? { id, digest: hash.digest('hex') } : { id };
  parentPort?.postMessage(answer);
});
