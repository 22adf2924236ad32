import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { DirectoryRef, FileRef } from 'sluice';
import { describe, expect, it } from 'vitest';
import { OutputRef } from '../../../framework/dag/output-ref.ts';
import { fromSendable, toSendable } from '../../../framework/executor/sendable.ts';
import { temporaryFolder } from './open-test-stack.ts';

/** As over the channel between two processes. */
const sent = (value: unknown): unknown => {
  const form = toSendable(value);
  if (!form) throw new Error('not sendable');
  return fromSendable(deserialize(serialize(form)));
};

describe('an argument on its way to a process', () => {
  it('arrives as it was, with its class', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.txt'), 'a');
    const values = {
      plain: [1, -0, Number.NaN, 'text', null, undefined, 12n, true],
      nested: { list: [{ deep: [] }], 'a.b': ['plain', 1] },
      dates: [new Date(5), /a+/gi, new URL('https://example.com/a?b')],
      bytes: [Uint8Array.of(1, 2), Float32Array.of(0.5), Buffer.from('b'), new ArrayBuffer(2)],
      map: new Map<unknown, unknown>([
        [{ key: 1 }, new Set([FileRef.of(join(folder, 'a.txt'), { name: 'other' })])],
        ['folder', DirectoryRef.of(folder)],
      ]),
      ref: new OutputRef('load', ['rows']),
    };
    expect(sent(values)).toStrictEqual(values);
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(Object.getPrototypeOf(sent(bare))).toBe(null);
  });

  it('is refused where it would lose its class', () => {
    class Own {
      value = 1;
    }
    for (const value of [new Own(), () => 1, Symbol('a'), { deep: [new Map([['a', new Own()]])] }, new WeakMap()]) {
      expect(toSendable(value)).toBeUndefined();
    }
  });
});
