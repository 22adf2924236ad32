import { inputError } from 'sluice';
import type { Sample } from '../data/samples.ts';
import { BOX } from './augment/picture.ts';

/**
 * Refuses a split that nothing can be learned from or scored on, before time goes into it.
 *
 * @param what `training` or `validation`.
 * @throws ERR_INPUT without pictures, without a single box, or with a class that has no name.
 */
export function checkSamples(samples: readonly Sample[], names: readonly string[], what: string): void {
  if (samples.length === 0) throw inputError(`The ${what} split has no pictures.`, 'Look at the split and the limit.');
  if (samples.every(({ labels }) => labels.length === 0)) {
    throw inputError(
      `None of the ${samples.length} ${what} pictures has a labelled box.`,
      'Look at the class filter and the label files.',
    );
  }
  for (const { name, labels } of samples) {
    for (let i = 0; i < labels.length; i += BOX) {
      if (names[labels[i]!] !== undefined) continue;
      throw inputError(
        `labels/${name}.txt has class ${labels[i]}, but there are ${names.length} classes: ${names.join(', ')}.`,
        'Pass splits and names of one prepare_dataset.',
      );
    }
  }
}
