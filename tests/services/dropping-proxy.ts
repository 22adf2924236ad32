import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a real server, and does to their bytes what a bad network does. */
export interface DroppingProxy {
  /** Of 127.0.0.1; the same for its whole life. */
  readonly port: number;
  /** Bytes vanish both ways, on old and new connections, and nobody is told: a pulled cable. */
  drop(): void;
  /** Connections are reset, new ones refused: a server that is down. */
  refuse(): Promise<void>;
  /** Back to normal. A connection that lost bytes is reset: the rest of it would make no sense. */
  pass(): Promise<void>;
  /** The next time that the server sends these bytes, the last of them arrives with a bit turned. Fulfilled when that was done. */
  corruptNext(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  lostBytes: boolean;
}

interface Corruption {
  readonly bytes: Buffer;
  readonly done: () => void;
}

/** Starts one in front of `port` of 127.0.0.1; bytes pass until it is told otherwise. */
export async function startDroppingProxy({ target }: { readonly target: number }): Promise<DroppingProxy> {
  const pairs = new Set<Pair>();
  const corruptions: Corruption[] = [];
  let dropping = false;
  let server: Server | undefined = listener();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;

  function listener(): Server {
    return createServer({ allowHalfOpen: true }, (client) => {
      const server = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      const pair: Pair = { client, server, lostBytes: false };
      pairs.add(pair);
      forward(pair, pair.client, pair.server, (chunk) => chunk);
      forward(pair, pair.server, pair.client, corrupter(corruptions));
    });
  }

  function forward(pair: Pair, from: Socket, to: Socket, change: (chunk: Buffer) => Buffer): void {
    from.on('data', (chunk) => {
      if (dropping) pair.lostBytes = true;
      else if (to.writable && !to.write(change(chunk))) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
    // An end or a reset is a message too: while bytes are dropped, the other side does not hear of it.
    from.on('end', () => {
      if (dropping) pair.lostBytes = true;
      else to.end();
    });
    from.on('error', () => reset(pair));
    from.on('close', () => {
      if (!dropping) pairs.delete(pair);
    });
  }

  function reset(pair: Pair): void {
    if (dropping) {
      pair.lostBytes = true;
      return;
    }
    pairs.delete(pair);
    for (const socket of [pair.client, pair.server]) socket.resetAndDestroy();
  }

  async function refuse(): Promise<void> {
    dropping = false;
    const closed = server && once(server.close(), 'close');
    server = undefined;
    for (const pair of pairs) reset(pair);
    await closed;
  }

  return {
    port,
    drop: () => {
      dropping = true;
    },
    refuse,
    pass: async () => {
      dropping = false;
      for (const pair of pairs) if (pair.lostBytes) reset(pair);
      if (server === undefined) {
        server = listener();
        await once(server.listen(port, '127.0.0.1'), 'listening');
      }
    },
    corruptNext: (bytes) => new Promise((done) => corruptions.push({ bytes: Buffer.from(bytes), done })),
    close: refuse,
    [Symbol.asyncDispose]: refuse,
  };
}

/** For one connection: finds the bytes in what passes, even in two pieces, and turns a bit of the last one. */
function corrupter(corruptions: Corruption[]): (chunk: Buffer) => Buffer {
  let before: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const [next] = corruptions;
    if (next === undefined) return chunk;
    const seen = Buffer.concat([before, chunk]);
    const at = seen.indexOf(next.bytes);
    before = seen.subarray(Math.max(0, seen.length - next.bytes.length + 1));
    if (at < 0) return chunk;
    corruptions.shift();
    before = Buffer.alloc(0);
    const last = at + next.bytes.length - 1 - (seen.length - chunk.length);
    const changed = Buffer.from(chunk);
    changed[last]! ^= 1;
    next.done();
    return changed;
  };
}
