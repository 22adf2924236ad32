import { describe, expect, it } from 'vitest';
import { viewerTokens } from '../../../framework/server/security/viewer-tokens.ts';
import { temporaryFolder } from '../executor/open-test-stack.ts';
import { HOST, openTestServer, type TestServer } from './open-test-server.ts';

interface Operation {
  readonly method: string;
  /** `/api/runs/{ref}` */
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema?: { readonly type?: string };
  }[];
}

/** What a container is watched by: it has no token, and no name that the server knows. */
const HEALTH = '/api/health';

/** Every address of the API but that, by its own documentation, so that no new one is forgotten here. */
async function operations(server: TestServer): Promise<readonly Operation[]> {
  const { paths } = (await (await server.get('/api/openapi.json')).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Partial<Operation>>>>>;
  };
  const known = Object.entries(paths).filter(([path]) => path !== HEALTH);
  return known.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
    })),
  );
}

const filled = (path: string, value: string): string => path.replace(/\{\w+\}/g, () => value);
const isWrite = ({ method }: Operation): boolean => method !== 'GET';

const call = (server: TestServer, { method }: Operation, path: string, headers: Record<string, string> = {}) =>
  method === 'GET' ? server.get(path, headers) : server.send(method, path, {}, headers);

describe('every address of the API', () => {
  it('is described', async () => {
    const server = await openTestServer();
    const described = (await operations(server)).map(({ method, path }) => `${method} ${path}`);
    const served = server.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/') && path !== HEALTH)
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect([...new Set(served)].sort()).toEqual(described.sort());
  });

  it('is closed without a token, with a wrong one, and for writes with one that only looks', async () => {
    const tokens = viewerTokens(temporaryFolder());
    const { token } = await tokens.create({ role: 'read', label: '' });
    const all = await operations(await openTestServer());
    const server = await openTestServer({ gate: { hosts: null, roleOf: tokens.roleOf } });
    expect([all.length > 25, all.filter(isWrite).length > 6]).toEqual([true, true]);
    for (const one of all) {
      const path = filled(one.path, 'x');
      expect((await call(server, one, path)).status, `${one.method} ${path}`).toBe(401);
      const wrong = await call(server, one, path, { authorization: `Bearer ${token}x` });
      expect(wrong.status, `${one.method} ${path}`).toBe(401);
      const looking = await call(server, one, path, { authorization: `Bearer ${token}` });
      if (isWrite(one)) expect(looking.status, `${one.method} ${path}`).toBe(403);
      else expect([401, 403], `${one.method} ${path}`).not.toContain(looking.status);
    }
    expect(server.started).toEqual([]);
  });

  it('answers to no foreign host name, takes no write of a foreign page, and tells no page that it may read', async () => {
    const server = await openTestServer();
    for (const one of await operations(server)) {
      const path = filled(one.path, 'x');
      const rebound = await call(server, one, path, { host: 'evil.example' });
      expect(rebound.status, `${one.method} ${path}`).toBe(421);
      const foreign = await call(server, one, path, { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' });
      if (isWrite(one)) expect(foreign.status, `${one.method} ${path}`).toBe(403);
      const framed = await call(server, one, path, { origin: 'null', 'sec-fetch-site': 'cross-site' });
      if (isWrite(one)) expect(framed.status, `${one.method} ${path}`).toBe(403);
      const preflight = await server.app.request(`http://${HOST}${path}`, {
        method: 'OPTIONS',
        headers: { host: HOST, origin: 'http://evil.example', 'access-control-request-method': one.method },
      });
      expect(preflight.status, `${one.method} ${path}`).toBeGreaterThanOrEqual(400);
      for (const answer of [rebound, foreign, framed, preflight]) {
        expect(answer.headers.get('access-control-allow-origin'), path).toBeNull();
        expect(answer.headers.get('cross-origin-resource-policy'), path).toBe('same-origin');
      }
    }
    expect(server.started).toEqual([]);
  });

  it('leads nowhere, whatever stands in its place or its query', async () => {
    const server = await openTestServer();
    const values = ['../../../etc/passwd', '/etc/passwd', '..', 'x\0y', '-rf', "' or 1=1 --", '__proto__'];
    for (const one of await operations(server)) {
      const texts = one.parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
      for (const value of values) {
        const said = encodeURIComponent(value);
        const query = texts.map((name) => `${name}=${said}`).join('&');
        for (const path of [filled(one.path, said), `${filled(one.path, 'x')}?${query}`]) {
          const answer = await call(server, one, path);
          const text = one.path === '/api/events' ? '' : await answer.text();
          if (one.path === '/api/events') await answer.body?.cancel();
          expect(answer.status, `${one.method} ${path}`).toBeLessThan(500);
          expect(text, path).not.toMatch(/root:|SQLITE|node_modules/);
        }
      }
    }
    expect([server.faults, server.started]).toEqual([[], []]);
  });

  it('gives pages of a size that the server chooses, and takes numbers alone for it', async () => {
    const server = await openTestServer();
    const paged = (await operations(server)).filter(({ parameters }) =>
      parameters.some(({ name }) => name === 'limit'),
    );
    expect(paged.length).toBeGreaterThan(3);
    for (const one of paged) {
      for (const limit of ['1000000', '0', '-1', '1.5', 'many', '1e9']) {
        const answer = await call(server, one, `${filled(one.path, 'x')}?limit=${limit}`);
        expect(answer.status, `${one.path} ${limit}`).toBe(400);
      }
    }
  });

  it('comes with a policy under which only scripts of this origin run', async () => {
    const server = await openTestServer();
    const policy = (await server.get('/api/info')).headers.get('content-security-policy') ?? '';
    const rules = Object.fromEntries(
      policy
        .split('; ')
        .map((rule): [string, string] => [rule.split(' ')[0] ?? '', rule.split(' ').slice(1).join(' ')]),
    );
    expect(rules).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
  });
});
