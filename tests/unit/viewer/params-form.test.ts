import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonValue } from '../../../framework/server/api/json-value.ts';
import { readValue, shownValue, valueAt, withValue } from '../../../framework/viewer/pages/new-run/form-values.ts';
import { schemaFields } from '../../../framework/viewer/pages/new-run/schema-fields.ts';

const Params = z.object({
  epochs: z.int().default(3).describe('Times over the data'),
  model: z.enum(['n', 's']).default('n'),
  lr0: z.number().nullable().default(null),
  seeds: z.array(z.int()).default([1, 2]),
  shuffle: z.boolean().default(true),
  name: z.string().default('x'),
  split: z.object({ train: z.number().default(0.8), file: z.string().nullable().default(null) }).prefault({}),
});
type Schema = { readonly [name: string]: JsonValue };
const fields = schemaFields(z.toJSONSchema(Params, { io: 'input' }) as Schema);
const field = (path: string) => fields.find((each) => each.path === path)!;

describe('a form from a schema', () => {
  it('has a field of its kind for each parameter, those of nested objects by their paths', () => {
    expect(fields.map(({ path, kind }) => [path, kind])).toEqual([
      ['epochs', 'number'],
      ['model', 'choice'],
      ['lr0', 'number'],
      ['seeds', 'json'],
      ['shuffle', 'boolean'],
      ['name', 'text'],
      ['split.train', 'number'],
      ['split.file', 'text'],
    ]);
    expect(field('epochs')).toMatchObject({ initial: 3, description: 'Times over the data' });
    expect(field('model').choices).toEqual(['n', 's']);
    expect([field('lr0').isNullable, field('epochs').isNullable]).toEqual([true, false]);
  });

  it('reads back what it shows', () => {
    const cases: readonly (readonly [string, JsonValue])[] = [
      ['epochs', 12],
      ['lr0', null],
      ['lr0', 0.01],
      ['seeds', [3, 4]],
      ['shuffle', false],
      ['model', 's'],
      ['split.file', null],
    ];
    for (const [path, value] of cases) expect(readValue(field(path), shownValue(field(path), value))).toEqual(value);
  });

  it('says what is no number and no JSON', () => {
    expect(() => readValue(field('epochs'), 'many')).toThrow('not a number');
    expect(() => readValue(field('seeds'), '[1,')).toThrow('not JSON');
  });

  it('changes one value and leaves the others', () => {
    const params = { epochs: 3, split: { train: 0.8, file: null } };
    expect(withValue(params, 'split.train', 0.7)).toEqual({ epochs: 3, split: { train: 0.7, file: null } });
    expect(withValue(params, 'epochs', undefined)).toEqual({ split: { train: 0.8, file: null } });
    expect(withValue({}, 'split.train', 0.7)).toEqual({ split: { train: 0.7 } });
    expect(valueAt(params, 'split.train')).toBe(0.8);
    expect(valueAt(params, 'split.none.deeper')).toBeUndefined();
  });
});
