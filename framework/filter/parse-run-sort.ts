import type { RunSort } from '../components/metadata-store.ts';
import { sluiceError } from '../errors.ts';
import { nearest } from '../nearest.ts';

const SORTS = ['newest', 'oldest', 'longest', 'name'] as const;

/** `newest`, `name`, `metrics.loss` (least first), `-metrics.mAP50` (greatest first). @throws ERR_USAGE. */
export function parseRunSort(text: string): RunSort {
  const known = SORTS.find((one) => one === text);
  if (known) return known;
  const [, minus, metric] = /^(-?)metrics\.(.+)$/s.exec(text) ?? [];
  if (metric !== undefined) return { metric, direction: minus === '-' ? 'desc' : 'asc' };
  const meant = nearest(text, SORTS);
  throw sluiceError('ERR_USAGE', {
    message: `There is no order ${text}.`,
    hint: `${meant ? `Did you mean ${meant}? ` : ''}There are ${SORTS.join(', ')}, metrics.NAME and -metrics.NAME.`,
  });
}
