import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { secretValues } from '../../../framework/secret-values.ts';
import { checkFilledOptions } from '../../../framework/stack/check-options.ts';
import type { ComponentKind } from '../../../framework/stack/component-kind.ts';
import { builtInFlavors } from '../../../framework/stack/flavors.ts';
import { SERVER_COMPONENTS } from '../../../framework/stack/open-servers.ts';
import { type FilledOptions, rememberedOptions } from '../../../framework/stack/remembered-options.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'sluice-options-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const CANARY = 'canary-of-the-cache';
const OPTIONS = { endpoint: 'http://127.0.0.1:9000', bucket: 'sluice', accessKey: 'user', secretKey: CANARY };

const filled = (value: unknown, more: Partial<FilledOptions> = {}): FilledOptions => ({
  flavor: 'artifact_store/minio',
  value,
  references: new Set(),
  secretOptions: ['secretKey', 'sessionToken'],
  ...more,
});

const written = (): readonly string[] => {
  const folder = join(home, 'cache', 'options');
  return existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')) : [];
};

test('what was checked is found again by other processes, and not for other options', () => {
  const checked = { ...OPTIONS, region: 'us-east-1', concurrency: 4 };
  rememberedOptions(home).keep(filled(OPTIONS), checked);
  const later = rememberedOptions(home);
  expect(later.find(filled(OPTIONS))).toEqual(checked);
  expect(later.find(filled({ ...OPTIONS, secretKey: 'another' }))).toEqual({ ...checked, secretKey: 'another' });
  const others = [
    filled({ ...OPTIONS, bucket: 'other' }),
    filled({ ...OPTIONS, concurrency: '4' }),
    filled({ ...OPTIONS, secretKey: '' }),
    filled({ ...OPTIONS, secretKey: 7 }),
    filled({ ...OPTIONS, sessionToken: 'token' }),
    filled(OPTIONS, { references: new Set(['bucket']) }),
    filled(OPTIONS, { flavor: 'artifact_store/other' }),
    filled(undefined),
  ];
  for (const other of others) expect(later.find(other)).toBeUndefined();
});

test('no secret is written, nor anything that its digest would be part of', () => {
  const remembered = rememberedOptions(home);
  remembered.keep(filled(OPTIONS), OPTIONS);
  expect(written()).toHaveLength(1);
  expect(written().join()).not.toContain(CANARY);
  secretValues.add('told-by-a-secret');
  const leaky = [
    { ...OPTIONS, bucket: 'told-by-a-secret' },
    { ...OPTIONS, endpoint: 'http://user:password@127.0.0.1:9000' },
  ];
  for (const options of leaky) {
    remembered.keep(filled(options), options);
    expect(remembered.find(filled(options))).toBeUndefined();
  }
  expect(written()).toHaveLength(1);
});

test('what a file would not give back as it was is not kept', () => {
  const remembered = rememberedOptions(home);
  for (const checked of [
    { ...OPTIONS, secretKey: 'changed' },
    { ...OPTIONS, limit: Number.POSITIVE_INFINITY },
    'text',
  ]) {
    remembered.keep(filled(OPTIONS), checked);
    expect(remembered.find(filled(OPTIONS))).toBeUndefined();
  }
});

const VALID: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  minio: OPTIONS,
  postgres: { host: 'db' },
  mlflow: { uri: 'http://127.0.0.1:5000' },
};
const SECRETS = Object.entries(SERVER_COMPONENTS).flatMap(([kind, shelf]) =>
  Object.entries(shelf).flatMap(([name, { secretOptions }]) =>
    (secretOptions as readonly string[]).map((option) => [kind as ComponentKind, name, option] as const),
  ),
);

test.each(SECRETS)('%s %s: the schema takes any text as %s, as remembering relies on', async (kind, name, option) => {
  const flavor = (await builtInFlavors(kind)).find((one) => one.name === name);
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (secret) => {
      const options = { ...VALID[name], [option]: secret };
      expect(flavor && checkFilledOptions(flavor, options, new Set())).toMatchObject({
        ok: true,
        options: { [option]: secret },
      });
    }),
  );
});
