import { expect, test } from 'vitest';
import { BoundedCache } from '../../../../steps/yolo/train/bounded-cache.ts';

test('keeps what fits and loads the rest each time', async () => {
  const loaded: number[] = [];
  const cache = new BoundedCache(
    async (index) => {
      loaded.push(index);
      return index * 10;
    },
    100,
    250,
  );
  for (const index of [1, 2, 3, 1, 2, 3, 3]) expect(await cache.get(index)).toBe(index * 10);
  expect(loaded).toEqual([1, 2, 3, 3, 3]);
});
