import { type FileHandle, open } from 'node:fs/promises';
import type { DigestKinds, Digests } from '../../hashing/running-digests.ts';
import { threadHash } from '../../hashing/thread-hash.ts';
import { fetchInThread } from './fetch-thread.ts';
import type { S3Connection } from './s3-connection.ts';
import { continued, type FirstRange, type Part } from './s3-download.ts';

/** Bytes that the thread gets with one request: a few at first, so that hashing begins with the transfer and not when several big ranges are there. */
const [FIRST_RANGE, RANGE] = [2 << 20, 16 << 20];

export interface FileDownload {
  readonly first: FirstRange;
  /** Path of a file that is not there yet. */
  readonly file: string;
  /** Ranges under way at a time. */
  readonly concurrency: number;
  /** What is counted of its bytes. */
  readonly kinds: DigestKinds;
}

/**
 * An object into a file: the ranges come over several connections into a thread that writes each where it belongs; another thread reads the file behind
 * them, in order, and hashes it. What the first thread could not get is got here, with the patience and the words of every other request. Memory is what a
 * few sockets hold, whatever the object's size: the file is the buffer.
 *
 * @returns digests of what is in the file now, which is not synced. @throws what `S3Connection.ask` throws, and what the file refuses.
 */
export async function downloadFile(connection: S3Connection, options: FileDownload): Promise<Digests> {
  const { first, file, concurrency } = options;
  const { part, response, size } = first;
  const target = await open(file, 'wx');
  const hash = threadHash(options.kinds);
  const url = await connection.link(part.object);
  const ranges = rangesOf(part.to, size).map((range) => ({ ...part, ...range }));
  const arriving: Promise<number>[] = [];
  const fetchAhead = (): void => {
    const next = ranges[arriving.length];
    if (next) arriving.push(fetchInThread({ ...url, from: next.from, to: next.to, file }));
  };
  let digests: Digests | undefined;
  try {
    for (let i = 0; i < concurrency - 1; i++) fetchAhead();
    await receive(connection, target, part, response);
    await hash.updateFrom(file, part);
    for (const [i, range] of ranges.entries()) {
      fetchAhead();
      const at = await arriving[i];
      if (at !== range.to) await receive(connection, target, { ...range, from: at ?? range.from });
      await hash.updateFrom(file, range);
    }
    digests = await hash.digests();
    return digests;
  } finally {
    if (digests === undefined) hash.drop();
    response.destroy();
    // Nobody writes to the file any more when this is over.
    await Promise.all(arriving);
    await target.close();
  }
}

/** The part of a range that this thread gets itself. */
async function receive(
  connection: S3Connection,
  target: FileHandle,
  part: Part,
  response?: FirstRange['response'],
): Promise<void> {
  let at = part.from;
  for await (const chunk of continued(connection, part, response)) {
    for (let done = 0; done < chunk.byteLength; ) {
      const { bytesWritten } = await target.write(chunk, done, chunk.byteLength - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
  }
}

function rangesOf(from: number, to: number): readonly { readonly from: number; readonly to: number }[] {
  const ranges: { readonly from: number; readonly to: number }[] = [];
  for (let at = from, bytes = FIRST_RANGE; at < to; bytes = Math.min(RANGE, 2 * bytes)) {
    const end = Math.min(to, at + bytes);
    ranges.push({ from: at, to: end });
    at = end;
  }
  return ranges;
}
