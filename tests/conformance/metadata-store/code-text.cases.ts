import { expect } from 'vitest';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';
import type { Case } from '../conformance.ts';
import type { MetadataStoreSubject } from './subject.ts';

export const CODE_TEXT_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'keeps texts of code by digest, each as it was first',
    async ({ store }) => {
      const [a, b, c] = ['a', 'b', 'c'].map((text) => sha256(text)) as [Digest, Digest, Digest];
      expect(await store.codeTexts([a])).toEqual(new Map());
      await store.writeCodeTexts(
        new Map([
          [a, 'const a = 1; // the first'],
          [b, ''],
        ]),
      );
      await store.writeCodeTexts(
        new Map([
          [a, 'const a = 1;'],
          [c, 'Zürich 🎈\n'],
        ]),
      );
      await store.writeCodeTexts(new Map());
      expect(await store.codeTexts([])).toEqual(new Map());
      expect(await store.codeTexts([a, b, c, sha256('d')])).toEqual(
        new Map([
          [a, 'const a = 1; // the first'],
          [b, ''],
          [c, 'Zürich 🎈\n'],
        ]),
      );
      const many = Array.from({ length: 1200 }, (_, i) => sha256(String(i)));
      await store.writeCodeTexts(new Map(many.map((digest) => [digest, digest])));
      expect((await store.codeTexts(many)).size).toBe(1200);
    },
  ],
];
