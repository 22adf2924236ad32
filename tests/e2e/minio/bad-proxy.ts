import { once } from 'node:events';
import { type AddressInfo, createServer, connect as openSocket, type Socket } from 'node:net';

export interface BadProxy {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Breaks every connection, present and future, while true. */
  isDown: boolean;
  /** Breaks each connection once so many bytes have come down it, or gone up. Infinity: never. */
  breakAfter: { down: number; up: number };
  /** Changes the bytes on their way down. */
  spoil: ((chunk: Buffer) => Buffer) | undefined;
  /** The same on their way up. */
  spoilUp: ((chunk: Buffer) => Buffer) | undefined;
  /** Connections broken so far. */
  readonly broken: number;
  /** Connections and their bytes so far. */
  readonly seen: { readonly connections: number; readonly down: number; readonly up: number };
  close(): Promise<void>;
}

/** A TCP proxy that a test makes behave badly. */
export async function badProxy(target: string): Promise<BadProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const seen = { connections: 0, down: 0, up: 0 };
  let [broken, isDown] = [0, false];
  const server = createServer((client) => {
    seen.connections++;
    if (isDown) {
      broken++;
      return void client.destroy();
    }
    const upstream = openSocket(Number(port), hostname);
    const passed = { down: 0, up: 0 };
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    const pass = (from: Socket, to: Socket, way: 'down' | 'up'): void => {
      from.on('data', (chunk: Buffer) => {
        passed[way] += chunk.byteLength;
        seen[way] += chunk.byteLength;
        const spoil = way === 'down' ? proxy.spoil : proxy.spoilUp;
        to.write(spoil ? spoil(chunk) : chunk);
        if (passed[way] < proxy.breakAfter[way]) return;
        broken++;
        end();
      });
      from.on('end', () => to.end());
      from.on('error', end);
      from.on('close', end);
      sockets.add(from);
    };
    pass(client, upstream, 'up');
    pass(upstream, client, 'down');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const proxy: BadProxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get isDown() {
      return isDown;
    },
    set isDown(value) {
      isDown = value;
      if (!value) return;
      broken += sockets.size > 0 ? 1 : 0;
      cut();
    },
    breakAfter: { down: Number.POSITIVE_INFINITY, up: Number.POSITIVE_INFINITY },
    spoil: undefined,
    spoilUp: undefined,
    get broken() {
      return broken;
    },
    seen,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
