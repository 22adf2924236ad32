import { closeSync, openSync, writeSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { parentPort } from 'node:worker_threads';
import type { FromFetchThread, ToFetchThread } from './fetch-thread.ts';
import { plainHttpRange } from './plain-http-range.ts';

/** The script of the fetch thread (`dist/serve-fetches.js`): gets ranges of objects and writes them where they belong in a file. */
const agents = new Map<string, Agent>();

parentPort?.on('message', (message: ToFetchThread) => {
  let at = message.from;
  fetchRange(message, (chunk) => {
    at += chunk;
  }).then(
    () => answer({ id: message.id, at }),
    // Whoever asked goes on from there in his own way, and meets what is wrong by himself.
    () => answer({ id: message.id, at }),
  );
});

const answer = (message: FromFetchThread): void => parentPort?.postMessage(message);

/** @param written told of each piece, in order. @throws for whatever is not the range that was asked for, and what the file refuses. */
async function fetchRange(task: ToFetchThread, written: (bytes: number) => void): Promise<void> {
  const file = openSync(task.file, 'r+');
  let at = task.from;
  const write = (chunk: Uint8Array): void => {
    const taken = chunk.subarray(0, task.to - at);
    for (let done = 0; done < taken.byteLength; ) {
      const bytes = writeSync(file, taken, done, taken.byteLength - done, at);
      written(bytes);
      done += bytes;
      at += bytes;
    }
  };
  try {
    if (task.url.startsWith('http:')) await plainHttpRange(task, write);
    else for await (const chunk of pieces(await open(task))) write(chunk);
  } finally {
    closeSync(file);
  }
}

const pieces = (response: IncomingMessage): AsyncIterable<Buffer> => response;

function open({ url, ca, from, to, silentForMs }: ToFetchThread): Promise<IncomingMessage> {
  const agent = agents.get(ca ?? '') ?? new Agent({ keepAlive: true, ...(ca && { ca }) });
  agents.set(ca ?? '', agent);
  return new Promise((done, fail) => {
    const sent = request(url, { agent, headers: { range: `bytes=${from}-${to - 1}` } }, (response) => {
      if (response.statusCode === 206) return done(response);
      response.destroy();
      fail(new Error(`status ${response.statusCode}`));
    });
    sent.setTimeout(silentForMs, () => sent.destroy(new Error('silent')));
    sent.on('error', fail);
    sent.end();
  });
}
