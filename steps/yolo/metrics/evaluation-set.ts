import { readFile } from 'node:fs/promises';
import { canonicalDigest, type Digest, sha256 } from 'sluice';
import type { Sample } from '../data/samples.ts';

/**
 * What "the same evaluation set" means: names and bytes of the pictures, their boxes, and the class names. Figures of two runs may be compared when this is
 * equal, and only then.
 *
 * @param samples sorted by name.
 */
export async function evaluationSetDigest(samples: readonly Sample[], names: readonly string[]): Promise<Digest> {
  const pictures = [];
  // One at a time: a split may be larger than the memory.
  for (const { name, imagePath, labels } of samples) {
    pictures.push({ name, picture: sha256(await readFile(imagePath)), labels });
  }
  return canonicalDigest({ names: [...names], pictures }, 'the evaluation set');
}
