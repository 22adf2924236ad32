import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configRun, configSteps } from '../../../../framework/cli/params/config-options.ts';
import { mergeParams } from '../../../../framework/cli/params/merge-params.ts';
import { inputSchema } from '../../../../framework/cli/params/param-specs.ts';
import { readConfig } from '../../../../framework/cli/params/read-config.ts';

const dir = mkdtempSync(join(tmpdir(), 'sluice-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const schema = inputSchema(
  z.object({
    epochs: z.int().default(3),
    split: z.object({ train: z.number().default(0.8) }).prefault({}),
    weights: z.record(z.string(), z.number()).default({}),
  }),
);

const read = (text: string, name = 'config.yaml') => {
  writeFileSync(join(dir, name), text);
  return readConfig(name, dir, schema);
};

describe('a configuration file', () => {
  it('has parameters at the top level', async () => {
    const { params, steps, run } = await read('epochs: 5\nsplit: { train: 0.7 }\nweights: { any: 1 }\n');
    expect({ params, steps, run }).toEqual({
      params: { epochs: 5, split: { train: 0.7 }, weights: { any: 1 } },
      steps: {},
      run: {},
    });
  });

  it('or in sections, with options of steps and of the run', async () => {
    const config = await read(`
params: { epochs: 5 }
steps:
  train: { timeout: 2h, retry: { attempts: 2, backoff: 5s }, cache: false, resources: { memory: 2GiB } }
run: { name: tuesday, tags: [a, b], mode: continue, maxParallel: 2, stack: local, refresh: [train] }
`);
    expect(config.params).toEqual({ epochs: 5 });
    expect(configSteps(config)).toEqual({
      train: {
        timeout: '2h',
        retry: { attempts: 2, backoff: '5s' },
        cache: false,
        resources: { memory: '2GiB' },
      },
    });
    expect(configRun(config)).toEqual({
      name: 'tuesday',
      tags: ['a', 'b'],
      mode: 'continue',
      maxParallel: 2,
      stack: 'local',
      refresh: ['train'],
    });
  });

  it.each([
    ['train: { tiemout: 2h }', 'there is no steps.train.tiemout. Did you mean timeout?'],
    ['train: { retry: { attempts: 2, bakoff: 1s } }', 'there is no steps.train.retry.bakoff. Did you mean backoff?'],
    ['train: { resources: { gpus: 1 } }', 'there is no steps.train.resources.gpus. Did you mean gpu?'],
    ['train: { isolation: thread }', 'steps.train.isolation'],
  ])('names the nearest option for one that is not there: %s', async (line, message) => {
    const config = await read(`steps: { ${line} }`);
    expect(() => configSteps(config)).toThrow(message);
  });

  it('says where parameters belong when they stand beside sections', async () => {
    await expect(read('epochs: 5\nsteps: { train: { timeout: 1m } }\n')).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringContaining('no parameter steps'),
      hint: expect.stringContaining('under params:'),
    });
  });

  it('has a note for the run', async () => {
    const config = await read('run: { note: why, nmae: x }');
    expect(() => configRun(config)).toThrow('there is no run.nmae. Did you mean name?');
    expect(configRun(await read('run: { note: why }'))).toEqual({ note: 'why' });
  });

  it('takes a key called run or steps for a parameter where the pipeline has one', async () => {
    writeFileSync(join(dir, 'own.yaml'), 'steps: 4\n');
    const own = inputSchema(z.object({ steps: z.int() }));
    expect((await readConfig('own.yaml', dir, own)).params).toEqual({ steps: 4 });
  });

  it('may be JSON, or empty', async () => {
    expect((await read('{"epochs": 7}', 'config.json')).params).toEqual({ epochs: 7 });
    expect((await read('')).params).toEqual({});
  });

  it.each([
    ['epoch: 3', 'config.yaml: there is no parameter epoch. Did you mean epochs?'],
    ['split: { trian: 1 }', 'config.yaml: there is no parameter split.trian. Did you mean split.train?'],
    ['epochs: [1, 2\nx: 3', 'config.yaml:2:'],
    ['- 1\n- 2', 'config.yaml: has to be a mapping'],
    ['params: 3', 'config.yaml: params: has to be a mapping'],
  ])('%j is refused', async (text, sentence) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'ERR_CONFIG', message: expect.stringContaining(sentence) });
  });

  it('that is not there is a sentence', async () => {
    await expect(readConfig('nowhere.yaml', dir, schema)).rejects.toMatchObject({
      code: 'ERR_FILE_NOT_FOUND',
      message: 'Configuration file nowhere.yaml does not exist.',
    });
    await expect(readConfig('.', dir, schema)).rejects.toMatchObject({ code: 'ERR_CONFIG' });
  });

  it.each([
    ['steps: { train: { timout: 3s } }', 'there is no steps.train.timout. Did you mean timeout?'],
    ['steps: { train: { timeout: soon } }', 'steps.train.timeout:'],
    ['steps: { train: { version: "2" } }', 'there is no steps.train.version'],
  ])('%j is refused where steps are read', async (text, sentence) => {
    const config = await read(text);
    expect(() => configSteps(config)).toThrow(sentence);
  });

  it.each([
    ['run: { maxParalel: 3 }', 'there is no run.maxParalel. Did you mean maxParallel?'],
    ['run: { mode: quick }', 'run.mode:'],
  ])('%j is refused where the run is read', async (text, sentence) => {
    const config = await read(text);
    expect(() => configRun(config)).toThrow(sentence);
  });
});

describe('flags over a configuration', () => {
  it('win field by field, lists as a whole', () => {
    expect(
      mergeParams({ a: 1, split: { train: 0.7, val: 0.2 }, seeds: [1, 2] }, { split: { train: 0.9 }, seeds: [3] }),
    ).toEqual({ a: 1, split: { train: 0.9, val: 0.2 }, seeds: [3] });
    expect(mergeParams({ a: 1 }, { a: null })).toEqual({ a: null });
  });
});
