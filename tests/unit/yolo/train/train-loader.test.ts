import { afterEach, describe, expect, test } from 'vitest';
import type { TrainBatch } from '../../../../steps/yolo/model/detector.ts';
import { type AugmentPool, openAugmentPool } from '../../../../steps/yolo/train/augment-pool.ts';
import { epochAugmentation, TrainLoader } from '../../../../steps/yolo/train/train-loader.ts';
import { type TrainOptions, ULTRALYTICS_DEFAULTS } from '../../../../steps/yolo/train/train-options.ts';
import { noisePictures } from './noise-pictures.ts';

const OPTIONS: TrainOptions = { ...ULTRALYTICS_DEFAULTS, imgsz: 32, batch: 4, epochs: 20, mixup: 0.3, seed: 7 };
const COUNT = 10;

const pools: AugmentPool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

async function loader(workers: number, options = OPTIONS) {
  const problems: string[] = [];
  const pool = await openAugmentPool(workers, (reason) => problems.push(reason));
  pools.push(pool);
  return { loader: new TrainLoader({ pictures: noisePictures(COUNT, 32), pool, options }), problems };
}

async function epoch(of: TrainLoader, number: number, attempt = 0): Promise<TrainBatch[]> {
  const batches: TrainBatch[] = [];
  for await (const batch of of.epoch(number, attempt)) batches.push(batch);
  return batches;
}

describe('the loader', () => {
  test('shows every picture once an epoch, the short last batch too, in another order each time', async () => {
    const { loader: of } = await loader(0);
    expect(
      of
        .order(0, 0)
        .flat()
        .toSorted((a, b) => a - b),
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(of.order(0, 0)).not.toEqual(of.order(1, 0));
    const batches = await epoch(of, 0);
    expect(batches.map(({ targets }) => targets.length)).toEqual([4, 4, 2]);
    expect(batches.map(({ images }) => images.length)).toEqual([4, 4, 2].map((n) => n * 3 * 32 * 32));
  });

  test('gives the same bytes with no, one or three workers', async () => {
    const alone = await epoch((await loader(0)).loader, 3);
    for (const workers of [1, 3]) {
      const { loader: of, problems } = await loader(workers);
      expect(await epoch(of, 3)).toEqual(alone);
      // The workers did start: it was not this thread that did it all.
      expect(problems).toEqual([]);
    }
    expect(await epoch((await loader(0)).loader, 4)).not.toEqual(alone);
    expect(await epoch((await loader(0)).loader, 3, 1)).not.toEqual(alone);
    expect(await epoch((await loader(0, { ...OPTIONS, seed: 8 })).loader, 3)).not.toEqual(alone);
  });

  test('a picture that cannot be read fails the epoch with its error', async () => {
    const pool = await openAugmentPool(0, () => {});
    const pictures = { count: 4, get: async () => Promise.reject(new Error('cat.jpg is not a readable picture')) };
    const of = new TrainLoader({ pictures, pool, options: OPTIONS });
    await expect(epoch(of, 0)).rejects.toThrow('cat.jpg is not a readable picture');
  });

  test('values lie in 0..1 and boxes inside the picture', async () => {
    const batches = await epoch((await loader(0)).loader, 0);
    for (const { images, targets } of batches) {
      expect(images.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (const rows of targets) {
        for (let i = 0; i < rows.length; i += 5) {
          const [, x, y, w, h] = rows.subarray(i, i + 5) as unknown as [number, number, number, number, number];
          expect(Math.min(x - w / 2, y - h / 2)).toBeGreaterThanOrEqual(-1e-6);
          expect(Math.max(x + w / 2, y + h / 2)).toBeLessThanOrEqual(1 + 1e-6);
        }
      }
    }
  });
});

describe('closing the mosaic', () => {
  test.each([
    { epochs: 20, open: 10 },
    { epochs: 10, open: 0 },
    { epochs: 3, open: 0 },
  ])('a run of $epochs epochs sees mosaics for $open', ({ epochs, open }) => {
    const seen = Array.from({ length: epochs }, (_, e) => epochAugmentation({ ...OPTIONS, epochs }, e).mosaic);
    expect(seen.filter((mosaic) => mosaic === 1)).toHaveLength(open);
    expect(seen.slice(0, open).every((mosaic) => mosaic === 1)).toBe(true);
  });

  test('close_mosaic 0 leaves it on', () => {
    expect(epochAugmentation({ ...OPTIONS, close_mosaic: 0 }, 19)).toMatchObject({ mosaic: 1, mixup: 0.3 });
  });
});
