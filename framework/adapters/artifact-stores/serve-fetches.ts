import { closeSync, openSync, writeSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { parentPort } from 'node:worker_threads';
import type { FromFetchThread, ToFetchThread } from './fetch-thread.ts';

/** The script of the fetch thread (`dist/serve-fetches.js`): gets ranges of objects and writes them where they belong in a file. */
const agents = new Map<string, HttpAgent | HttpsAgent>();

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
  try {
    const response = await open(task);
    let at = task.from;
    for await (const chunk of pieces(response)) {
      const taken = chunk.subarray(0, task.to - at);
      for (let done = 0; done < taken.byteLength; ) {
        const bytes = writeSync(file, taken, done, taken.byteLength - done, at);
        written(bytes);
        done += bytes;
        at += bytes;
      }
    }
  } finally {
    closeSync(file);
  }
}

const pieces = (response: IncomingMessage): AsyncIterable<Buffer> => response;

function open({ url, ca, from, to, silentForMs }: ToFetchThread): Promise<IncomingMessage> {
  const isTls = url.startsWith('https:');
  const name = `${isTls} ${ca ?? ''}`;
  const agent =
    agents.get(name) ??
    (isTls ? new HttpsAgent({ keepAlive: true, ...(ca && { ca }) }) : new HttpAgent({ keepAlive: true }));
  agents.set(name, agent);
  return new Promise((done, fail) => {
    const request = isTls ? httpsRequest : httpRequest;
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
