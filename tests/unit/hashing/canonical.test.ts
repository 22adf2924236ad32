import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalDigest } from '../../../framework/hashing/canonical.ts';
import { typedValue } from './typed-values.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/canonical.json');

/** One of everything. Its digests stand in the caches of users: a change here makes every one of them worthless. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  'minus zero': -0,
  one: 1,
  NaN: Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  fraction: 0.1,
  'big number': 1e21,
  bigint: 1n,
  'empty text': '',
  'text 1': '1',
  text: 'Zürich 🎈',
  'lone surrogate': '\ud800',
  'empty array': [],
  array: [1, '1', [undefined]],
  'empty object': {},
  object: { b: 1, a: { c: [null] } },
  'ill-formed key': { '\ud800': 1 },
  date: new Date(0),
  'invalid date': new Date(Number.NaN),
  'regular expression': /a+/gi,
  url: new URL('https://example.org/a?b=c'),
  map: new Map<unknown, unknown>([
    ['a', 1],
    [{ b: 2 }, [3]],
  ]),
  set: new Set(['b', 'a']),
  Uint8Array: Uint8Array.of(1, 2, 3),
  Buffer: Buffer.of(1, 2, 3),
  Float32Array: Float32Array.of(1, -0, Number.NaN),
  BigInt64Array: BigInt64Array.of(-1n),
  DataView: new DataView(Uint8Array.of(1, 2).buffer),
  ArrayBuffer: Uint8Array.of(1, 2).buffer,
};

describe('the canonical digest', () => {
  it('is the one that stands in users’ caches', () => {
    const digests = Object.fromEntries(Object.entries(SAMPLES).map(([name, value]) => [name, canonicalDigest(value)]));
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, `${JSON.stringify(digests, null, 2)}\n`);
    expect(digests).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
    expect(new Set(Object.values(digests)).size).toBe(Object.keys(SAMPLES).length);
  });

  it('is the same for two values exactly when they are equal', () => {
    fc.assert(
      fc.property(typedValue, typedValue, (a, b) => {
        expect(canonicalDigest(a) === canonicalDigest(b)).toBe(same(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it('tells apart neighbours: one value wrapped, split, moved or put beside another', () => {
    fc.assert(
      fc.property(typedValue, typedValue, (a, b) => {
        const neighbours = [
          a,
          [a],
          [[a]],
          [a, b],
          [[a, b]],
          [[a], b],
          [a, [b]],
          { a },
          { a: [a] },
          { a, b },
          { ab: [a, b] },
        ];
        neighbours.forEach((one, i) => {
          for (const other of neighbours.slice(i + 1)) {
            expect(canonicalDigest(one) === canonicalDigest(other)).toBe(same(one, other));
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  it('counts how far a regular expression has come', () => {
    const used = /a/g;
    used.test('ba');
    expect(canonicalDigest(used)).not.toBe(canonicalDigest(/a/g));
  });

  it('counts the order of Maps and Sets, which a step can see', () => {
    const pairs = [
      ['a', 1],
      ['b', 2],
    ] as const;
    expect(canonicalDigest(new Map(pairs))).not.toBe(canonicalDigest(new Map([...pairs].reverse())));
    expect(canonicalDigest(new Set('ab'))).not.toBe(canonicalDigest(new Set('ba')));
  });

  it('does not depend on the order of keys, at any depth', () => {
    fc.assert(
      fc.property(typedValue, (value) => {
        expect(canonicalDigest(reversed(value))).toBe(canonicalDigest(value));
      }),
    );
  });

  it('has no seams: a longer text is never two shorter ones', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(10), (text, at) => {
        const parts = [text.slice(0, at), text.slice(at)];
        const other = [text.slice(0, at + 1), text.slice(at + 1)];
        expect(canonicalDigest(parts) === canonicalDigest(other)).toBe(isDeepStrictEqual(parts, other));
        expect(canonicalDigest(parts)).not.toBe(canonicalDigest([text]));
      }),
    );
  });

  it('refuses what has no canonical form, naming the place', () => {
    class Model {
      weights = 1;
    }
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const cases: readonly (readonly [unknown, string])[] = [
      [{ a: [() => 1] }, 'options.a[0] is a function'],
      [{ a: Symbol('s') }, 'options.a is a symbol'],
      [new Model(), 'options is an instance of Model'],
      [Promise.resolve(), 'options is an instance of Promise'],
      [new Map([['k', new Model()]]), 'options[entry 0][1] is an instance of Model'],
      [cycle, 'options.self is part of a cycle'],
      [Object.assign(Array(3), { 0: 1, 2: 2 }), 'options[1] is a hole in an array'],
      [new (class Rows extends Array<number> {})(), 'options is an instance of Rows'],
      [new (class Table extends Map<string, number> {})(), 'options is an instance of Table'],
      [Object.assign(new Map(), { of: 1 }), 'options is a Map with a field "of" of its own'],
      [Object.assign(new Date(0), { zone: 'UTC' }), 'options is a Date with a field "zone" of its own'],
      ['ab'.match(/(?<x>a)/), 'options is an array with a field "groups" of its own'],
      [{ [Symbol('s')]: 1 }, 'options is an object with symbol keys'],
      [Object(1), 'options is an instance of Number'],
    ];
    for (const [value, message] of cases) {
      expect(() => canonicalDigest(value, 'options')).toThrow(
        expect.objectContaining({ code: 'ERR_UNENCODABLE', message: expect.stringContaining(message) }),
      );
    }
  });

  it('takes the same object twice, which is no cycle', () => {
    const shared = { a: 1 };
    expect(canonicalDigest([shared, shared])).toBe(canonicalDigest([{ a: 1 }, { a: 1 }]));
  });

  it('lets the caller say what an object stands for, under a tag that plain data can’t have', () => {
    class Ref {
      constructor(readonly digest: string) {}
    }
    const digest = (value: unknown) =>
      canonicalDigest(value, 'value', (one) => (one instanceof Ref ? { tag: 'ref', data: one.digest } : undefined));
    expect(digest({ a: new Ref('x') })).toBe(digest({ a: new Ref('x') }));
    expect(digest(new Ref('x'))).not.toBe(digest(new Ref('y')));
    expect(digest(new Ref('x'))).not.toBe(digest('x'));
  });
});

/** Deep equality that sees the order of Maps and Sets, as a step does. */
const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(inOrder(a), inOrder(b));

class Ordered {
  constructor(
    readonly kind: string,
    readonly members: readonly unknown[],
  ) {}
}

const inOrder = (value: unknown): unknown => {
  if (value instanceof Map) return new Ordered('Map', [...value].flat(1).map(inOrder));
  if (value instanceof Set) return new Ordered('Set', [...value].map(inOrder));
  return mapPlain(value, inOrder);
};

/** The same value, its objects built in the opposite order. */
function reversed(value: unknown): unknown {
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [reversed(k), reversed(v)]));
  if (value instanceof Set) return new Set([...value].map(reversed));
  return mapPlain(value, reversed);
}

function mapPlain(value: unknown, change: (item: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, item]) => [key, change(item)]));
}
