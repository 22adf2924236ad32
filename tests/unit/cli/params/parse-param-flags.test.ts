import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inputSchema } from '../../../../framework/cli/params/param-specs.ts';
import { parseParamFlags } from '../../../../framework/cli/params/parse-param-flags.ts';
import type { SluiceError } from '../../../../framework/errors.ts';

const Params = z.object({
  data: z.string().default('shapes'),
  epochs: z.int().positive().default(3),
  lr0: z.number().default(0.01),
  weight_decay: z.number().default(5e-4),
  splitFile: z.string().nullable().default(null),
  classes: z.array(z.string()).optional(),
  seeds: z.array(z.int()).default([1]),
  optimizer: z.enum(['SGD', 'AdamW']).default('SGD'),
  mosaic: z.boolean().default(true),
  early: z.boolean().optional(),
  batch: z.union([z.int(), z.literal('auto')]).default('auto'),
  size: z.tuple([z.int(), z.int()]).optional(),
  split: z.object({ train: z.number().default(0.8), byName: z.boolean().default(false) }).prefault({}),
  weights: z.record(z.string(), z.number()).default({}),
  since: z.coerce.date().optional(),
  name: z.string().optional(),
  'no-op': z.boolean().default(false),
  limit: z.number().nullable().default(null),
});
const schema = inputSchema(Params);

const parse = (...words: string[]): unknown =>
  parseParamFlags({ pipeline: 'train', schema, words, verbFlags: ['--name', '--refresh', '--max-parallel'] });

const problems = (...words: string[]): string => {
  try {
    parse(...words);
  } catch (error) {
    expect((error as SluiceError).code).toBe('ERR_PARAMS');
    expect((error as SluiceError).exitCode).toBe(2);
    return (error as SluiceError).message;
  }
  throw new Error('expected a refusal');
};

describe('values', () => {
  it.each([
    [['--epochs', '3'], { epochs: 3 }],
    [['--epochs=3'], { epochs: 3 }],
    [['--lr0', '5e-3'], { lr0: 0.005 }],
    [['--lr0', '-.5'], { lr0: -0.5 }],
    [['--data', 'a=b,c'], { data: 'a=b,c' }],
    [['--data', ''], { data: '' }],
    [['--data', '42'], { data: '42' }],
    [['--data=--odd'], { data: '--odd' }],
    [['--epochs', '1', '--epochs', '2'], { epochs: 2 }],
    [['--optimizer', 'AdamW'], { optimizer: 'AdamW' }],
    [['--batch', '16'], { batch: 16 }],
    [['--batch', 'auto'], { batch: 'auto' }],
    [['--limit', '5'], { limit: 5 }],
    [['--limit', 'null'], { limit: null }],
    [['--splitFile', 'null'], { splitFile: null }],
    [['--splitFile', 'a.csv'], { splitFile: 'a.csv' }],
    [['--since', '2026-01-01'], { since: '2026-01-01' }],
  ])('%j → %j', (words, expected) => {
    expect(parse(...words)).toEqual(expected);
  });

  it('reads booleans with and without a word', () => {
    expect(parse('--mosaic')).toEqual({ mosaic: true });
    expect(parse('--no-mosaic')).toEqual({ mosaic: false });
    expect(parse('--mosaic', 'false', '--early')).toEqual({ mosaic: false, early: true });
    expect(parse('--mosaic=false')).toEqual({ mosaic: false });
    expect(parse('--no-op')).toEqual({ 'no-op': true });
  });

  it('reads lists by commas, repetition and JSON', () => {
    expect(parse('--classes', 'person, car')).toEqual({ classes: ['person', 'car'] });
    expect(parse('--classes', 'person', '--classes', 'car,bus')).toEqual({ classes: ['person', 'car', 'bus'] });
    expect(parse('--classes', '["a,b","c"]')).toEqual({ classes: ['a,b', 'c'] });
    expect(parse('--classes', '')).toEqual({ classes: [] });
    expect(parse('--seeds', '1,2,3')).toEqual({ seeds: [1, 2, 3] });
    expect(parse('--size', '640,480')).toEqual({ size: [640, 480] });
  });

  it('reads nested fields, records and JSON objects', () => {
    expect(parse('--split.train', '0.7', '--split.by-name')).toEqual({ split: { train: 0.7, byName: true } });
    expect(parse('--split', '{"train":0.6}', '--split.byName')).toEqual({ split: { train: 0.6, byName: true } });
    expect(parse('--weights.person', '2', '--weights.car', '0.5')).toEqual({ weights: { person: 2, car: 0.5 } });
  });

  it('takes the kebab-case form of any name', () => {
    expect(parse('--split-file', 'a.csv', '--weight-decay', '0.1', '--no-split.by-name')).toEqual({
      splitFile: 'a.csv',
      weight_decay: 0.1,
      split: { byName: false },
    });
  });

  it('reaches a parameter that a flag of the verb hides, by --param.', () => {
    expect(parse('--param.name', 'x', '--param.split.train', '0.5')).toEqual({ name: 'x', split: { train: 0.5 } });
  });

  it('never lets a name reach a prototype', () => {
    expect(problems('--__proto__.polluted', '1')).toContain('There is no --__proto__.polluted');
    expect(problems('--constructor', '1')).toContain('There is no --constructor');
  });
});

describe('refusals', () => {
  it.each([
    [['--epochs', 'abc'], '--epochs: expected a whole number, got "abc".'],
    [['--epochs', '2.5'], '--epochs: expected a whole number, got "2.5".'],
    [['--epochs', '0x10'], '--epochs: expected a whole number, got "0x10".'],
    [['--epochs', ''], '--epochs: expected a whole number, got "".'],
    [['--lr0', '1,5'], '--lr0: expected a number, got "1,5".'],
    [['--epoch', '3'], 'There is no --epoch. Did you mean --epochs?'],
    [['--optimiser', 'SGD'], 'There is no --optimiser. Did you mean --optimizer?'],
    [['--no-mosiac'], 'There is no --no-mosiac. Did you mean --mosaic?'],
    [['--refesh'], 'There is no --refesh. Did you mean --refresh?'],
    [['--split.trian', '1'], 'There is no --split.trian. Did you mean --split.train?'],
    [['--optimizer', 'adamw'], '--optimizer: expected one of SGD, AdamW, got "adamw". Did you mean AdamW?'],
    [['--batch', 'x'], '--batch: expected a whole number or auto, got "x".'],
    [['--limit', 'x'], '--limit: expected a number or null, got "x".'],
    [['--seeds', '1,b'], '--seeds: expected a list of integer, and "b" in it is not a whole number, got "1,b".'],
    [['--epochs'], '--epochs needs a value: integer.'],
    [['--epochs', '--lr0', '1'], '--epochs needs a value: integer.'],
    [['--mosaic=maybe'], '--mosaic: expected true or false, got "maybe".'],
    [['--epochs', '3', 'person'], '"person" belongs to no flag.'],
    [['--split', '{bad'], '--split: expected a JSON object'],
  ])('%j', (words, sentence) => {
    expect(problems(...words)).toContain(sentence);
  });

  it('names every problem at once, and each flag only once', () => {
    const said = problems('--epoch', '3', '--lr0', 'x', '--data', 'ok');
    expect(said.split('\n')).toHaveLength(3);
  });

  it('lists the parameters when none is near', () => {
    expect(problems('--zzzzzzzz', '1')).toContain('train has --data, --epochs, --lr0');
  });

  it('says so when the pipeline has no parameters', () => {
    expect(() => parseParamFlags({ pipeline: 'plain', schema: {}, words: ['--x', '1'] })).toThrow(
      'There is no --x; plain has no parameters.',
    );
  });
});
