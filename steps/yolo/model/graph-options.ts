import { inputError } from 'sluice';
import type { Architecture } from './detector.ts';

/** Sizes that a graph is made for; they cannot change afterwards. */
export interface GraphOptions {
  readonly batch: number;
  /** [height, width] in pixels, multiples of 32. */
  readonly size: readonly [number, number];
  /** Default: all cores. */
  readonly threads?: number;
}

/** Refuses sizes that the network's five halvings do not divide. */
export function checkSizes({ strides }: Architecture, { batch, size }: GraphOptions): void {
  const coarsest = Math.max(...strides);
  if (!Number.isInteger(batch) || batch < 1) {
    throw inputError(`A batch of ${batch} pictures cannot be made.`, 'batch is a whole number from 1 up.');
  }
  for (const side of size) {
    if (Number.isInteger(side) && side > 0 && side % coarsest === 0) continue;
    const fitting = Math.max(coarsest, Math.round(side / coarsest) * coarsest) || coarsest;
    throw inputError(
      `A picture side of ${side} pixels does not fit the network, whose coarsest stride is ${coarsest}.`,
      `Use a multiple of ${coarsest}: ${fitting}.`,
    );
  }
}
