import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawBatch } from './draw-batch.ts';
import type { TrainLoader } from './train-loader.ts';
import type { TrainOptions } from './train-options.ts';

/** Batches drawn of the first epoch. */
const DRAWN = 3;

/**
 * Draws what the network gets to see, under Ultralytics' names: the first batches as `train_batch0.png` and on, and the first batch without mosaics under its
 * number since the start.
 */
export async function drawPlots(loader: TrainLoader, options: TrainOptions, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await drawEpoch(loader, { epoch: 0, most: DRAWN, imgsz: options.imgsz, folder });
  const closing = options.epochs - options.close_mosaic;
  if (options.close_mosaic === 0 || closing <= 0 || options.mosaic === 0) return;
  await drawEpoch(loader, { epoch: closing, most: 1, imgsz: options.imgsz, folder });
}

async function drawEpoch(
  loader: TrainLoader,
  at: { readonly epoch: number; readonly most: number; readonly imgsz: number; readonly folder: string },
): Promise<void> {
  let number = at.epoch * loader.batches;
  let left = at.most;
  for await (const batch of loader.epoch(at.epoch, 0)) {
    await writeFile(join(at.folder, `train_batch${number++}.png`), await drawBatch(batch, at.imgsz));
    if (--left === 0) return;
  }
}
