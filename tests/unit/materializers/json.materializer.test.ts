import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTagged } from '../../../framework/materializers/decode-tagged.ts';
import { encodeTagged } from '../../../framework/materializers/encode-tagged.ts';
import type { Artifact } from '../../../framework/model/artifact.ts';
import { artifactOf } from '../../conformance/metadata-store/sample-records.ts';
import { typedValue } from '../hashing/typed-values.ts';

const noRefs = (): Promise<never> => Promise.reject(new Error('there is no reference in this value'));
const encode = async (value: unknown): Promise<string> => (await encodeTagged(value, 'out', noRefs)).text;
const decode = (text: string): Promise<unknown> => decodeTagged(text, noRefs);

describe('the JSON form', () => {
  it('gives back what it was given, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(typedValue, async (value) => {
        const back = await decode(await encode(value));
        if (!isDeepStrictEqual(back, value)) expect(back).toStrictEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same text for the same object, however it was built', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), typedValue), async (value) => {
        const other = Object.fromEntries(Object.entries(value).reverse());
        expect(await encode(other)).toBe(await encode(value));
      }),
    );
  });

  it('is another text for another value', async () => {
    await fc.assert(
      fc.asyncProperty(typedValue, typedValue, async (a, b) => {
        // Maps and Sets keep their order, so equal ones may differ: never the other way round.
        if ((await encode(a)) === (await encode(b))) expect(isDeepStrictEqual(a, b)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is plain, readable JSON for plain data', async () => {
    const value = { b: [1, 'two', null, true], a: { ü: 0.5 } };
    expect(await encode(value)).toBe('{"a":{"ü":0.5},"b":[1,"two",null,true]}');
  });

  it('can’t be forged: data that looks like a tag stays data', async () => {
    for (const value of [
      { $type: 'undefined' },
      { $type: 'Date', value: 0 },
      { $type: 'Object', entries: [] },
      { a: { $type: 'artifact', artifact: { digest: 'x' } } },
    ]) {
      expect(await decode(await encode(value))).toStrictEqual(value);
    }
    const attack = JSON.parse('{"__proto__": {"admin": true}, "$type": 1}') as object;
    const back = (await decode(await encode(attack))) as { admin?: boolean };
    expect([back.admin, Object.getPrototypeOf(back)]).toEqual([undefined, Object.prototype]);
  });

  it('keeps the order of a Map and of a Set, which a step can see', async () => {
    const value = new Map([
      ['z', new Set([3, 1, 2])],
      ['a', new Set<number>()],
    ]);
    const back = (await decode(await encode(value))) as typeof value;
    expect([[...back.keys()], [...back.get('z')!]]).toEqual([
      ['z', 'a'],
      [3, 1, 2],
    ]);
  });

  it('points to big typed arrays instead of holding them', async () => {
    const [big, small] = [new Float32Array(20_000).fill(0.5), new Float32Array(3)];
    const stored = new Map<string, unknown>();
    const store = async (value: unknown, where: string): Promise<Artifact> => {
      stored.set(where, value);
      return artifactOf(where);
    };
    const { text, refs } = await encodeTagged({ net: { weights: big, bias: small } }, 'train.out', store);
    expect([text.length < 500, refs]).toEqual([true, [artifactOf('train.out.net.weights')]]);
    expect(stored).toEqual(new Map([['train.out.net.weights', big]]));
    const back = await decodeTagged(text, async () => big);
    expect(back).toStrictEqual({ net: { weights: big, bias: small } });
  });

  it('refuses what it could not give back, naming the place', async () => {
    class Model {}
    const cycle: unknown[] = [];
    cycle.push(cycle);
    const cases: readonly (readonly [unknown, string])[] = [
      [{ a: [() => 1] }, 'out.a[0] is a function'],
      [{ a: new Model() }, 'out.a is an instance of Model'],
      [cycle, 'out[0] is part of a cycle'],
      [new Error('no'), 'out is an instance of Error'],
      ['ab'.match(/a/), 'out is an array with a field'],
      [{ [Symbol('s')]: 1 }, 'out is an object with symbol keys'],
    ];
    for (const [value, message] of cases) {
      await expect(encode(value)).rejects.toMatchObject({
        code: 'ERR_UNENCODABLE',
        message: expect.stringContaining(message),
      });
    }
  });

  it('says so when a newer Sluice wrote a type it does not know', async () => {
    await expect(decode('{"$type":"Hologram"}')).rejects.toMatchObject({ code: 'ERR_INPUT' });
  });
});
