import type { LiveFeed, MarkedEvent } from './live-feed.ts';

/** A comment this often keeps proxies from closing a silent line, and shows us lines that are dead. */
const HEARTBEAT_MS = 15_000;
/** What a client may leave unread. One that does not read is cut off: it comes back with the mark of what it has. */
const MOST_UNREAD_BYTES = 256 * 1024;
const RETRY_MS = 1000;

/** The events of a feed as server-sent events, until the client or the server goes. */
export function eventStream(
  feed: LiveFeed,
  { lastId, heartbeatMs = HEARTBEAT_MS }: { readonly lastId: string | undefined; readonly heartbeatMs?: number },
): ReadableStream<Uint8Array> {
  let stop = (): void => {};
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (bytes: Uint8Array): void => {
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 0) >= 0) return;
          stop();
          controller.error(new Error('The client does not read.'));
        };
        const heart = setInterval(() => send(PING), heartbeatMs);
        heart.unref();
        let unlisten = (): void => {};
        stop = () => {
          clearInterval(heart);
          unlisten();
        };
        send(encode(`retry: ${RETRY_MS}\n: ping\n\n`));
        unlisten = feed.listen({ take: (event) => send(encoded(event)) }, lastId);
      },
      cancel: () => stop(),
    },
    { highWaterMark: MOST_UNREAD_BYTES, size: (chunk) => chunk.byteLength },
  );
}

const encoder = new TextEncoder();
const encode = (text: string): Uint8Array => encoder.encode(text);
const PING = encode(': ping\n\n');

/** An event goes to thousands of clients and is put into bytes once. */
const bytesOf = new WeakMap<MarkedEvent, Uint8Array>();

function encoded(marked: MarkedEvent): Uint8Array {
  const known = bytesOf.get(marked);
  if (known) return known;
  const { id, event } = marked;
  const bytes = encode(`id: ${id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`);
  bytesOf.set(marked, bytes);
  return bytes;
}
