import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DroppingProxy, startDroppingProxy } from '../../services/dropping-proxy.ts';

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
});
let proxy: DroppingProxy;

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  proxy = await startDroppingProxy({ target: (server.address() as AddressInfo).port });
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function answer(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString();
}

/** The end of a connection: the code of its error. */
const failure = (socket: Socket): Promise<unknown> =>
  new Promise((done) => socket.once('error', (error: NodeJS.ErrnoException) => done(error.code)));

it('passes bytes both ways', async () => {
  const socket = await client();
  expect(await answer(socket, 'hello')).toBe('HELLO');
  socket.destroy();
});

it('swallows bytes without a word, and resets what lost some when it passes again', async () => {
  const [lossy, idle] = [await client(), await client()];
  await Promise.all([answer(lossy, 'a'), answer(idle, 'b')]);
  const heard: string[] = [];
  lossy.on('data', (chunk) => heard.push(chunk.toString()));
  proxy.drop();
  const reset = failure(lossy);
  await new Promise((sent) => lossy.write('lost', sent));
  // Long enough for an answer on this machine's own network, were there one.
  await new Promise((tick) => setTimeout(tick, 50));
  expect([heard, lossy.destroyed]).toEqual([[], false]);
  await proxy.pass();
  expect(await reset).toBe('ECONNRESET');
  expect(await answer(idle, 'still')).toBe('STILL');
  idle.destroy();
});

it('refuses connections, resets those that stand, and listens on the same port again', async () => {
  const socket = await client();
  await answer(socket, 'a');
  const { port } = proxy;
  const reset = failure(socket);
  await proxy.refuse();
  expect(await reset).toBe('ECONNRESET');
  expect(await failure(connect(port, '127.0.0.1'))).toBe('ECONNREFUSED');
  await proxy.pass();
  const again = await client();
  expect([proxy.port, await answer(again, 'back')]).toEqual([port, 'BACK']);
  again.destroy();
});

it('turns one bit of what the server sends, once, even where the bytes come in two pieces', async () => {
  const socket = await client();
  const done = proxy.corruptNext(Buffer.from('CDEF'));
  expect(await answer(socket, 'abcd')).toBe('ABCD');
  expect(await answer(socket, 'efgh')).toBe('EGGH');
  await done;
  expect(await answer(socket, 'cdef')).toBe('CDEF');
  socket.destroy();
});
