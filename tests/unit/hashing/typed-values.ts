import fc from 'fast-check';

/** Leaves that are easily taken for one another, and texts that look like pieces of an encoding. */
const CONFUSABLE = [
  0,
  -0,
  1,
  '1',
  1n,
  true,
  'true',
  null,
  'null',
  undefined,
  Number.NaN,
  'NaN',
  Number.POSITIVE_INFINITY,
  '',
  's1:a',
  'k1:a',
  'A2:',
  'O1:k1:an1:1',
  '\ud800',
  '\udc00',
  '\ufffd',
] as const;

/** Keys that mean something to JSON, to JavaScript or to the tagged form. */
const KEYS = [
  'a',
  'b',
  '1',
  '10',
  '',
  '$type',
  '__proto__',
  'constructor',
  'toJSON',
  '\ud800',
  'é',
  'e\u0301',
] as const;

const leaf = fc.oneof(
  fc.constantFrom(...CONFUSABLE),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array({ maxLength: 4 }),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8ClampedArray({ maxLength: 4 }),
  fc.int16Array({ maxLength: 4 }),
  fc.float32Array({ maxLength: 4 }),
  fc.float64Array({ maxLength: 4 }),
  fc.bigInt64Array({ maxLength: 2 }),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Uint8Array.from(bytes).buffer),
  fc.constantFrom(/a/, /a/g, /b/g, new URL('https://a.example/?q=1'), new URL('https://a.example/?q=2')),
);

/** Everything that a step may be given or give back, but files and folders: any depth, any mixture. */
export const typedValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    recordOf(tie('value')),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => new Set(values)),
  ),
})).value;

function recordOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const key = fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 3 }));
  // fromEntries, so that `__proto__` becomes a field and not the prototype.
  return fc.array(fc.tuple(key, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
}
