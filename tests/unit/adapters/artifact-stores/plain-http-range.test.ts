import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainHttpRange } from '../../../../framework/adapters/artifact-stores/plain-http-range.ts';

const BODY = Buffer.from('0123456789');
const head = (...lines: readonly string[]): string => ['HTTP/1.1 206 Partial Content', ...lines, '', ''].join('\r\n');
const RIGHT = head('Content-Length: 10');

describe('a range by plain HTTP', () => {
  let server: Server;
  let asked: string[];
  let connections: number;
  /** What the server does with each request. */
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    [asked, connections] = [[], 0];
    server = createServer((socket) => {
      connections++;
      socket.on('error', () => socket.destroy());
      socket.on('data', (text) => {
        asked.push(text.toString());
        answer(socket);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(() => void server.close());

  const got: string[] = [];
  async function range(silentForMs = 60_000): Promise<string> {
    got.length = 0;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/a%20b?X-Amz-Signature=1`;
    await plainHttpRange({ url, from: 5, to: 15, silentForMs }, (chunk) => got.push(Buffer.from(chunk).toString()));
    return got.join('');
  }

  it('is asked for as it is, and comes over one connection again and again', async () => {
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(RIGHT), BODY]));
    expect([await range(), await range(), connections]).toEqual(['0123456789', '0123456789', 1]);
    expect(asked[1]).toMatch(
      /^GET \/bucket\/a%20b\?X-Amz-Signature=1 HTTP\/1\.1\r\nhost: 127\.0\.0\.1:\d+\r\nrange: bytes=5-14\r\n\r\n$/,
    );
  });

  it('comes in whatever pieces', async () => {
    answer = (socket) => {
      const bytes = Buffer.concat([Buffer.from(RIGHT), BODY]);
      const next = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
      };
      socket.setNoDelay(true);
      next(0);
    };
    expect(await range()).toBe('0123456789');
  });

  it('is asked for on a new connection where the server ends the old one', async () => {
    answer = (socket) =>
      socket.end(Buffer.concat([Buffer.from(head('content-length: 10', 'Connection: close')), BODY]));
    expect([await range(), await range(), connections]).toEqual(['0123456789', '0123456789', 2]);
  });

  it.each([
    ['a refusal', 'HTTP/1.1 403 Forbidden\r\ncontent-length: 10\r\n\r\n0123456789', /403/],
    ['all of the object', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n0123456789', /200/],
    ['another length', `${head('content-length: 9')}012345678`, /another length/],
    ['pieces of HTTP', `${head('transfer-encoding: chunked', 'content-length: 10')}a\r\n0123456789`, /another length/],
    ['more than that', `${RIGHT}0123456789ABC`, /more bytes/],
    ['no head', 'x'.repeat(40_000), /without an end/],
  ])('is not %s', async (_what, text, reason) => {
    answer = (socket) => socket.write(text);
    await expect(range()).rejects.toThrow(reason);
    expect(got).toEqual([]);
  });

  it('says when it breaks off, and what came before counts', async () => {
    answer = (socket) => socket.end(`${RIGHT}01234`);
    await expect(range()).rejects.toThrow('the connection');
    expect(got.join('')).toBe('01234');
  });

  it('is given up when nothing comes any more', async () => {
    answer = (socket) => socket.write(`${RIGHT}01234`);
    await expect(range(50)).rejects.toThrow('silent');
  });

  it('ends with what the taker throws, and the connection with it', async () => {
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(RIGHT), BODY]));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const full = (): never => {
      throw new Error('no space left');
    };
    await expect(plainHttpRange({ url, from: 0, to: 10, silentForMs: 1000 }, full)).rejects.toThrow('no space left');
    expect([await range(), connections]).toEqual(['0123456789', 2]);
  });
});
