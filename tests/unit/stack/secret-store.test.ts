import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { secretValues } from '../../../framework/secret-values.ts';
import { openSecrets } from '../../../framework/stack/secrets/secret-store.ts';
import { projectWith, withSecretKey } from './project-with.ts';

const failure = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) });
const onWindows = process.platform === 'win32';

describe('the secrets of a project', () => {
  it('come back as they went in, and stand nowhere in plain text', async () => {
    const project = projectWith();
    const keyFile = withSecretKey(project);
    const secrets = openSecrets(project.home);
    expect(await secrets.set('minio', 'tr\u00e8s secret\nof two lines')).toBe(false);
    expect(await secrets.set('minio', 'another value')).toBe(true);
    expect(await openSecrets(project.home).read('minio', 'x')).toBe('another value');
    expect(await secrets.list()).toEqual([{ name: 'minio', setAt: expect.any(Number) }]);
    expect(readFileSync(secrets.file, 'utf8')).not.toMatch(/another|secret/);
    if (!onWindows)
      expect([statSync(secrets.file).mode & 0o777, statSync(keyFile).mode & 0o777]).toEqual([0o600, 0o600]);
    expect([await secrets.delete('minio'), await secrets.delete('minio')]).toEqual([true, false]);
  });

  it('are encrypted differently each time', async () => {
    const project = projectWith();
    withSecretKey(project);
    const secrets = openSecrets(project.home);
    const data = async (): Promise<string> => {
      await secrets.set('a', 'same value');
      return (JSON.parse(readFileSync(secrets.file, 'utf8')) as { a: { data: string } }).a.data;
    };
    expect(await data()).not.toBe(await data());
  });

  it('survive many writers at once', async () => {
    const project = projectWith();
    withSecretKey(project);
    const names = Array.from({ length: 12 }, (_, i) => `s${i}`);
    await Promise.all(names.map((name) => openSecrets(project.home).set(name, `value of ${name}`)));
    const secrets = openSecrets(project.home);
    expect((await secrets.list()).map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const name of names) expect(await secrets.read(name, 'x')).toBe(`value of ${name}`);
  });

  it('are refused under another key, without a key, and when changed', async () => {
    const project = projectWith();
    const keyFile = withSecretKey(project);
    const secrets = openSecrets(project.home);
    await secrets.set('a', 'value of a');
    await secrets.set('b', 'value of b');
    const stored = JSON.parse(readFileSync(secrets.file, 'utf8')) as Record<string, object>;
    // A value under another's name: its name is authenticated with it.
    writeFileSync(secrets.file, JSON.stringify({ a: stored['b'], b: stored['b'] }));
    await expect(secrets.read('a', 'x')).rejects.toThrow(failure('ERR_SECRET_KEY', /secret a is damaged/));
    expect(await secrets.read('b', 'x')).toBe('value of b');
    const key = readFileSync(keyFile);
    writeFileSync(keyFile, Buffer.alloc(32, 7).toString('base64'));
    await expect(secrets.read('b', 'x')).rejects.toThrow(failure('ERR_SECRET_KEY', /under another one/));
    writeFileSync(keyFile, 'short');
    await expect(secrets.read('b', 'x')).rejects.toThrow(failure('ERR_SECRET_KEY', /3 bytes where a key has 32/));
    rmSync(keyFile);
    await expect(secrets.read('b', 'x')).rejects.toThrow(failure('ERR_SECRET_KEY', /does not exist/));
    writeFileSync(keyFile, key, { mode: 0o600 });
    expect(await secrets.read('b', 'x')).toBe('value of b');
  });

  it.skipIf(onWindows)('are refused while others may read the key', async () => {
    const project = projectWith();
    const keyFile = withSecretKey(project);
    const secrets = openSecrets(project.home);
    await secrets.set('a', 'value of a');
    chmodSync(keyFile, 0o644);
    await expect(secrets.read('a', 'x')).rejects.toThrow(failure('ERR_SECRET_KEY', /other users may read it/));
  });

  it('names the file that is damaged', async () => {
    const project = projectWith({ '.sluice/secrets.json': '{ "a": ' });
    withSecretKey(project);
    const error = await openSecrets(project.home)
      .list()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'ERR_SECRET_KEY',
      message: expect.stringContaining(join(project.home, 'secrets.json')),
    });
  });
});

describe('masking', () => {
  it('hides a value in text, in JSON, in URLs, whole before part, and leaves the rest', () => {
    secretValues.add('s3cr"et/1');
    secretValues.add('s3cr"et/1-longer');
    expect(secretValues.mask('a s3cr"et/1 b')).toBe('a *** b');
    expect(secretValues.mask('a s3cr"et/1-longer b')).toBe('a *** b');
    expect(secretValues.mask(JSON.stringify({ k: 's3cr"et/1' }))).toBe('{"k":"***"}');
    expect(secretValues.mask(`http://u:${encodeURIComponent('s3cr"et/1')}@h`)).toBe('http://u:***@h');
    expect(secretValues.maskDeep({ a: ['x s3cr"et/1'], n: 1, d: null })).toEqual({ a: ['x ***'], n: 1, d: null });
  });

  it('hides each line of a key of several lines, and nothing for what is too short to tell apart', () => {
    secretValues.add('-----BEGIN\nabcdefghijkl\nmnopqrstuvwx');
    expect(secretValues.mask('> mnopqrstuvwx')).toBe('> ***');
    secretValues.add('ab');
    expect(secretValues.mask('about')).toBe('about');
  });
});
