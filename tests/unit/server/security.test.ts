import { readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { DirectoryRef, FileRef, pipeline, step, stepContext } from 'sluice';
import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../framework/server/security/is-loopback.ts';
import { viewerTokens } from '../../../framework/server/security/viewer-tokens.ts';
import { runPipeline, temporaryFolder } from '../executor/open-test-stack.ts';
import { HOST, openTestServer, type TestServer } from './open-test-server.ts';

const EVIL = '<script>alert(1)</script>';

class Steps {
  @step() async poison(): Promise<{ page: FileRef; folder: DirectoryRef; drawing: FileRef }> {
    const { workDir, log } = stepContext();
    log.info(EVIL, { [EVIL]: EVIL });
    await mkdir(join(workDir, 'inside'));
    await writeFile(join(workDir, 'inside', 'secret.html'), EVIL);
    await writeFile(join(workDir, 'page.html'), `<h1>report</h1>${EVIL}`);
    await writeFile(join(workDir, 'drawing.svg'), `<svg xmlns="http://www.w3.org/2000/svg">${EVIL}</svg>`);
    return {
      page: FileRef.of(join(workDir, 'page.html'), { name: 'p"\r\nx: y.html'.replace(/[\r\n]/g, '_') }),
      folder: DirectoryRef.of(join(workDir, 'inside')),
      drawing: FileRef.of(join(workDir, 'drawing.svg')),
    };
  }
  @step() async fail(value: unknown): Promise<void> {
    throw new Error(`${EVIL} ${typeof value}`);
  }
}

@pipeline({ name: 'poison' })
class Poison {
  async run(_: { name: string }) {
    const steps = new Steps();
    const { page } = await steps.poison();
    await steps.fail(page);
  }
}

/** A server whose newest run is as bad as a step can make it. */
async function poisoned(): Promise<TestServer> {
  const server = await openTestServer();
  await runPipeline(Poison, { name: EVIL }, { stack: server.stack, name: EVIL, tags: [EVIL] });
  return server;
}

async function digestOf(server: TestServer, field: string): Promise<string> {
  const { items } = (await (await server.get('/api/artifacts?limit=100')).json()) as {
    items: readonly { field: string; digest: string }[];
  };
  return items.find((one) => one.field === field)?.digest ?? '';
}

describe('who may come in', () => {
  it('no page that has its own name point here', async () => {
    const server = await openTestServer();
    for (const host of ['evil.example', 'evil.example:7717', '127.0.0.1', 'localhost:7718', '']) {
      expect((await server.get('/api/info', { host })).status, host).toBe(421);
    }
    expect((await server.get('/api/info')).status).toBe(200);
  });

  it('no write of a foreign page, whichever way it is sent', async () => {
    const server = await openTestServer();
    const path = '/api/cache/invalidate';
    const status = async (headers: Record<string, string>) =>
      (await server.send('POST', path, { step: 'x' }, headers)).status;
    expect(await status({ origin: 'http://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
    expect(await status({ origin: 'http://127.0.0.1:9999' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status({ 'content-type': 'text/plain' })).toBe(415);
    expect(await status({ 'content-type': 'application/x-www-form-urlencoded' })).toBe(415);
    expect(await status({ 'content-type': 'application/jsonx' })).toBe(415);
    expect(await status({})).toBe(200);
    const bare = await server.app.request(`http://${HOST}${path}`, {
      method: 'POST',
      headers: { host: HOST, 'content-type': 'application/json' },
      body: '{"step":"x"}',
    });
    expect(bare.status).toBe(200);
  });

  it('nobody without a token where one is needed, and readers can change nothing', async () => {
    const home = temporaryFolder();
    const tokens = viewerTokens(home);
    const { token: reader } = await tokens.create({ role: 'read', label: 'r' });
    const { token: operator, kept } = await tokens.create({ role: 'operate', label: 'o' });
    const server = await openTestServer({ gate: { hosts: null, roleOf: tokens.roleOf } });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    for (const path of ['/', '/api/info', '/api/runs', '/api/events', '/api/openapi.json']) {
      expect((await server.get(path)).status, path).toBe(401);
    }
    expect((await server.get('/api/info', bearer('x'))).status).toBe(401);
    expect(await (await server.get('/api/info', bearer(reader))).json()).toMatchObject({
      role: 'read',
      writable: false,
    });
    const invalidate = (headers: Record<string, string>) =>
      server.send('POST', '/api/cache/invalidate', { step: 'x' }, headers).then(({ status }) => status);
    expect([await invalidate(bearer(reader)), await invalidate(bearer(operator)), await invalidate({})]).toEqual([
      403, 200, 401,
    ]);

    const login = await server.get(`//evil.example/runs?a=1&token=${reader}`);
    expect([login.status, login.headers.get('location')]).toEqual([303, '/evil.example/runs?a=1']);
    const cookie = login.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect((await server.get('/api/info', { cookie: cookie.split(';')[0] ?? '' })).status).toBe(200);
    expect((await server.get('/?token=wrong')).headers.get('set-cookie')).toBeNull();

    await tokens.revoke(kept.id);
    expect((await server.get('/api/info', bearer(operator))).status).toBe(401);
    await expect(tokens.revoke(kept.id)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  it('keeps tokens hashed, in a file of their owner alone', async () => {
    const tokens = viewerTokens(temporaryFolder());
    const { token, kept } = await tokens.create({ role: 'read', label: '' });
    const text = readFileSync(tokens.file, 'utf8');
    expect([token.length, text.includes(token), text.includes(kept.hash)]).toEqual([43, false, true]);
    if (process.platform !== 'win32') expect(statSync(tokens.file).mode & 0o777).toBe(0o600);
    expect([await tokens.roleOf(token), await tokens.roleOf(kept.hash)]).toEqual(['read', undefined]);
  });

  it('knows which addresses only this machine reaches', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '192.168.0.1', '127.0.0.1.evil.example', 'viewer.local'].map(isLoopback)).toEqual(
      Array(5).fill(false),
    );
  });
});

describe('what comes out', () => {
  it('is JSON that nothing takes for a page, whatever a step says', async () => {
    const server = await poisoned();
    for (const path of ['/api/runs', '/api/runs/latest', '/api/runs/latest/logs', '/api/runs/latest/steps/fail']) {
      const answer = await server.get(path);
      expect(
        [answer.status, answer.headers.get('content-type'), answer.headers.get('x-content-type-options')],
        path,
      ).toEqual([200, 'application/json', 'nosniff']);
      expect(await answer.text(), path).toContain('<script>');
      expect(answer.headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/);
    }
    const download = await server.get('/api/runs/latest/logs/download');
    expect(download.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(download.headers.get('content-disposition')).toMatch(/^attachment/);
    const missing = await server.get(`/api/${encodeURIComponent(EVIL)}`);
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/json']);
  });

  it('artifacts are downloads, or pages in which nothing runs and which reach nothing', async () => {
    const server = await poisoned();
    const page = await digestOf(server, 'page');
    const download = await server.get(`/api/artifacts/${page}/content`);
    expect(download.headers.get('content-type')).toBe('application/octet-stream');
    expect(download.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[\w.-]+"; filename\*=UTF-8''[\w.%-]+$/,
    );
    const shown = await server.get(`/api/artifacts/${page}/content?show=1`);
    expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const drawing = await server.get(`/api/artifacts/${await digestOf(server, 'drawing')}/content`);
    expect(drawing.headers.get('content-type')).toBe('image/svg+xml');
    for (const answer of [download, shown, drawing]) {
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^sandbox;/);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/script-src|connect-src|allow-/);
    }
    expect(await shown.text()).toBe(`<h1>report</h1>${EVIL}`);
  });

  it('no path leads out of a folder', async () => {
    const server = await poisoned();
    const folder = await digestOf(server, 'folder');
    const content = (path: string) => server.get(`/api/artifacts/${folder}/content?path=${encodeURIComponent(path)}`);
    expect((await content('secret.html')).status).toBe(200);
    for (const path of [
      '../sluice.db',
      '..',
      '/etc/passwd',
      'secret.html/..',
      './secret.html',
      'secret.html\0',
      'C:\\x',
      '',
    ]) {
      expect((await content(path)).status, path).toBe(404);
    }
    expect((await server.get(`/api/artifacts/${folder}/content`)).status).toBe(400);
    for (const digest of ['..%2F..', 'zzzz', 'A'.repeat(64), '']) {
      expect((await server.get(`/api/artifacts/${digest}/content`)).status, digest).toBeGreaterThanOrEqual(400);
    }
    expect(server.faults).toEqual([]);
  });

  it('the page alone is served as files, and every address of its own is the page', async () => {
    const pages = join(temporaryFolder(), 'pages');
    await mkdir(join(pages, 'assets'), { recursive: true });
    await writeFile(join(pages, 'index.html'), '<!doctype html><title>page</title>');
    await writeFile(join(pages, 'assets', 'main-abc.js'), 'js');
    await writeFile(join(pages, 'assets', 'main-abc.js.br'), 'packed');
    await writeFile(join(pages, '..', 'outside.txt'), 'outside');
    const server = await openTestServer({ pages });
    const asset = await server.get('/assets/main-abc.js');
    expect([asset.headers.get('cache-control'), await asset.text()]).toEqual([
      'public, max-age=31536000, immutable',
      'js',
    ]);
    const packed = await server.get('/assets/main-abc.js', { 'accept-encoding': 'gzip, br' });
    expect([packed.headers.get('content-encoding'), packed.headers.get('content-type'), await packed.text()]).toEqual([
      'br',
      'text/javascript; charset=utf-8',
      'packed',
    ]);
    for (const path of [
      '/',
      '/runs/abc/steps/x',
      '/%2e%2e/outside.txt',
      '/..%2foutside.txt',
      '/assets/../../outside.txt',
    ]) {
      const answer = await server.get(path);
      const text = await answer.text();
      expect([text.includes('page') || answer.status === 404, text.includes('outside')], path).toEqual([true, false]);
    }
    expect((await server.get('/assets/gone.js')).status).toBe(404);
    expect((await server.send('POST', '/')).status).toBe(404);
  });

  it('an error tells neither folders of the machine nor a stack trace', async () => {
    const server = await openTestServer();
    await runPipeline(Poison, { name: 'x' }, { stack: server.stack });
    const run = await (await server.get('/api/runs/latest')).text();
    expect(run).not.toContain(server.stack.projectDir);
    const broken = await openTestServer({
      launcher: { resume: async () => Promise.reject(new Error(`at ${process.cwd()}/secret.ts:1`)) },
    });
    await runPipeline(Poison, { name: 'x' }, { stack: broken.stack });
    const answer = await broken.send('POST', '/api/runs/latest/resume');
    const text = await answer.text();
    expect([answer.status, text.includes('secret'), broken.faults.length]).toEqual([500, false, 1]);
  });

  it('too much is refused before it is read', async () => {
    const server = await openTestServer();
    const big = await server.send('POST', '/api/cache/invalidate', { step: 'x' }, { 'content-length': '2000000' });
    expect(big.status).toBe(413);
    const chunked = await server.send(
      'POST',
      '/api/cache/invalidate',
      { step: 'x' },
      { 'transfer-encoding': 'chunked' },
    );
    expect(chunked.status).toBe(413);
    expect((await server.get(`/api/runs?filter=${'a'.repeat(3000)}`)).status).toBe(400);
    const broken = await server.app.request(`http://${HOST}/api/cache/invalidate`, {
      method: 'POST',
      headers: { host: HOST, 'content-type': 'application/json' },
      body: '{"step":',
    });
    expect(broken.status).toBe(400);
  });

  it('is packed and tagged, and not sent twice', async () => {
    const server = await openTestServer();
    for (let i = 0; i < 5; i++) await runPipeline(Poison, { name: 'x' }, { stack: server.stack });
    const plain = await (await server.get('/api/runs')).text();
    const br = await server.get('/api/runs', { 'accept-encoding': 'gzip, br' });
    const gzip = await server.get('/api/runs', { 'accept-encoding': 'br;q=0, gzip' });
    expect([br.headers.get('content-encoding'), gzip.headers.get('content-encoding')]).toEqual(['br', 'gzip']);
    expect(brotliDecompressSync(await br.arrayBuffer()).toString()).toBe(plain);
    expect(gunzipSync(await gzip.arrayBuffer()).toString()).toBe(plain);
    const tag = br.headers.get('etag') ?? '';
    const again = await server.get('/api/runs', { 'if-none-match': tag });
    expect([again.status, await again.text(), again.headers.get('content-security-policy') !== null]).toEqual([
      304,
      '',
      true,
    ]);
    await runPipeline(Poison, { name: 'y' }, { stack: server.stack });
    expect((await server.get('/api/runs', { 'if-none-match': tag })).status).toBe(200);
  });
});
