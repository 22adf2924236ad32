import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPackage } from '../../../framework/executor/missing-package.ts';
import { storedError } from '../../../framework/executor/stored-error.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-missing-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What Node itself says of an import in a file of a package. */
async function thrownBy(code: string, manifest: object): Promise<unknown> {
  const folder = mkdtempSync(join(root, 'package-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', ...manifest }));
  mkdirSync(join(folder, 'deep'));
  const file = join(folder, 'deep', 'step.mjs');
  writeFileSync(file, code);
  return import(/* @vite-ignore */ pathToFileURL(file).href).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('an import of a package that is not installed', () => {
  it('is told with the command that installs it', async () => {
    const error = await thrownBy("await import('@nobody/has-this/part')", {});
    expect(missingPackage(error)).toEqual({ name: '@nobody/has-this', install: 'npm install @nobody/has-this' });
    expect(storedError(error)).toEqual({
      code: 'ERR_PACKAGE_MISSING',
      message: 'The package @nobody/has-this is not installed, and this step imports it.',
      hint: 'Run: npm install @nobody/has-this',
    });
  });

  it('names all peers that the importing package lacks, but for its test runner', async () => {
    const peerDependencies = { 'has-not-this': '^1.2.3', 'nor-this': '~2.0.0', vitest: '>=3' };
    const error = await thrownBy("await import('has-not-this')", { peerDependencies });
    expect(missingPackage(error)?.install).toBe('npm install has-not-this@1.2.3 nor-this@2.0.0');
  });

  it('is seen through require too', () => {
    try {
      createRequire(join(root, 'x.js')).resolve('has-not-this/fonts/a.ttf');
    } catch (error) {
      expect(missingPackage(error)?.name).toBe('has-not-this');
    }
    expect.assertions(1);
  });
});

describe('another error', () => {
  it('is not one of a package: a missing file, a missing export, anything thrown', async () => {
    expect(missingPackage(await thrownBy("await import('./gone.mjs')", {}))).toBeUndefined();
    expect(missingPackage(await thrownBy("await import('node:nothing')", {}))).toBeUndefined();
    expect(missingPackage(new Error("Cannot find package 'x' imported from y"))).toBeUndefined();
    expect(missingPackage("Cannot find package 'x'")).toBeUndefined();
  });
});
