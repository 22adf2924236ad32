import type { Interval } from '../metrics/bootstrap.ts';
import type { Evaluation } from '../metrics/evaluation.ts';
import type { EarlierRun } from './earlier-runs.ts';
import { change, figure } from './format-figure.ts';

/** A detector with nothing to be held against is worth keeping when its mAP50 is at least this, at the lower end of its interval too. */
export const USABLE_MAP50 = 0.3;
/** Starting weights below it know nothing of this set: beating them says nothing. */
const IGNORANT_MAP50 = 0.05;
/** The mark of a class branch without training: it finds boxes and calls everything an object. */
const UNTRAINED_PRECISION = 0.02;

export interface Decision {
  readonly decision: 'promote' | 'refuse';
  /** In words, the deciding ones first. */
  readonly reasons: readonly string[];
}

export interface DecisionInput {
  readonly evaluation: Pick<Evaluation, 'metrics' | 'baseline' | 'bootstrap' | 'set'>;
  /** On the same evaluation set. */
  readonly history: readonly EarlierRun[];
  /** Epochs trained, for the words. */
  readonly epochs: number;
}

interface Finding {
  readonly passed: boolean;
  readonly reason: string;
}

/**
 * Whether a trained detector should take the place of what is there. Promote only if its mAP50-95
 *
 * 1. is above that of the starting weights, by more than the noise: the whole 95 % interval of the paired difference lies above 0;
 * 2. is above the best earlier run on the same evaluation set, by more than half that interval's width (pictures of earlier runs are not kept, so the difference
 *    can't be paired);
 * 3. and, where there are no starting weights that know anything, is usable: mAP50 of at least .30 at the lower end of its interval.
 */
export function decide(input: DecisionInput): Decision {
  const { evaluation } = input;
  if (!evaluation.bootstrap) {
    return refusal('One picture cannot carry a decision: there is no telling a better detector from a lucky one.');
  }
  const findings = [againstBaseline(input), againstHistory(input), usable(input)].filter((found) => found !== null);
  const failed = findings.filter(({ passed }) => !passed);
  const deciding = failed.length > 0 ? failed : findings;
  const { precision, recall } = evaluation.metrics;
  const untrained =
    precision < UNTRAINED_PRECISION && recall > 0.5
      ? [
          `Precision ${figure(precision)} beside recall ${figure(recall)} is the mark of a class branch that has hardly been trained.`,
        ]
      : [];
  return {
    decision: failed.length > 0 ? 'refuse' : 'promote',
    reasons: [...deciding.map(({ reason }) => reason), ...untrained],
  };
}

const refusal = (reason: string): Decision => ({ decision: 'refuse', reasons: [reason] });

function againstBaseline({ evaluation, epochs }: DecisionInput): Finding | null {
  const { metrics, baseline, bootstrap, set } = evaluation;
  const interval = bootstrap?.difference?.mAP50_95;
  if (!baseline || !interval) return null;
  const difference = metrics.mAP50_95 - baseline.metrics.mAP50_95;
  const figures = `mAP50-95 ${figure(metrics.mAP50_95)} against ${figure(baseline.metrics.mAP50_95)} (${change(difference)})`;
  const trained = epochs === 1 ? 'One epoch of training' : `${epochs} epochs of training`;
  const verb = epochs === 1 ? 'does' : 'do';
  const range = between(interval);
  const noise = `inside the noise of ${boxes(set)} (95 % interval ${range})`;
  if (interval.low > 0) {
    return {
      passed: true,
      reason: `${trained} ${epochs === 1 ? 'beats' : 'beat'} the starting weights: ${figures}, 95 % interval ${range}.`,
    };
  }
  if (interval.high < 0) {
    return {
      passed: false,
      reason: `${trained} ${verb} not beat the starting weights and ${epochs === 1 ? 'makes' : 'make'} them worse: ${figures}, 95 % interval ${range}, outside the noise of ${boxes(set)}.`,
    };
  }
  return {
    passed: false,
    reason: `${trained} ${verb} not beat the starting weights: ${figures}. The difference is ${noise}.`,
  };
}

function againstHistory({ evaluation, history }: DecisionInput): Finding | null {
  const { metrics, bootstrap, set } = evaluation;
  if (history.length === 0 || !bootstrap) return null;
  const best = history.reduce((top, run) => (run.mAP50_95 > top.mAP50_95 ? run : top));
  const difference = metrics.mAP50_95 - best.mAP50_95;
  const noise = noiseOf(bootstrap);
  const figures = `mAP50-95 ${figure(metrics.mAP50_95)} against ${figure(best.mAP50_95)} of ${best.runName} (${change(difference)})`;
  if (difference > noise)
    return { passed: true, reason: `It beats the best earlier run on these pictures: ${figures}.` };
  const inside =
    Math.abs(difference) <= noise ? ` The difference is inside the noise of ${boxes(set)} (± ${figure(noise)}).` : '';
  return { passed: false, reason: `It does not beat the best earlier run on these pictures: ${figures}.${inside}` };
}

function usable({ evaluation }: DecisionInput): Finding | null {
  const { metrics, baseline, bootstrap } = evaluation;
  if (!bootstrap || (baseline && baseline.metrics.mAP50 >= IGNORANT_MAP50)) return null;
  const passed = bootstrap.model.mAP50.low >= USABLE_MAP50;
  const rule = `a detector with nothing to beat is promoted when that interval begins at ${figure(USABLE_MAP50)} or above`;
  return {
    passed,
    reason: `It has learned ${passed ? 'something usable' : 'too little to be used'}: mAP50 ${figure(metrics.mAP50)}, 95 % interval ${between(bootstrap.model.mAP50)}; ${rule}.`,
  };
}

/** Half the width of the interval that fits best: of the paired difference, else of the model's own figure. */
export function noiseOf({ difference, model }: NonNullable<Evaluation['bootstrap']>): number {
  const { low, high } = (difference ?? model).mAP50_95;
  return (high - low) / 2;
}

const between = ({ low, high }: Interval): string => `${figure(low)} to ${figure(high)}`;

const boxes = ({ images, instances }: Evaluation['set']): string =>
  `${instances} ${instances === 1 ? 'box' : 'boxes'} on ${images} pictures`;
