import { createColors } from 'picocolors';
import { expect, it } from 'vitest';
import { runSummary } from '../../../../framework/cli/reporters/run-summary.ts';
import { sampleRun } from './sample-run.ts';

/** The lines below the first, of a run that returned this. */
function resultLines(result: unknown): readonly string[] {
  const end = sampleRun().find((event) => event.type === 'run-finished');
  if (end?.type !== 'run-finished') throw new Error('The sample run has no end.');
  return runSummary({ ...end.run, result: result as never }, [], createColors(false)).slice(1);
}

it('shows what is short, and names what is not with the command that shows it', () => {
  const long = { text: 'a'.repeat(300) };
  expect(resultLines({ mAP50: 0.5, nested: { at: { x: 1 } }, long, none: null })).toEqual([
    '  mAP50 0.5',
    '  nested, long: sluice runs show calm-otter --output yaml',
  ]);
});

it('names a whole result that is long', () => {
  expect(resultLines([...'a'.repeat(300)])).toEqual(['  its result: sluice runs show calm-otter --output yaml']);
  expect(resultLines('a'.repeat(300))).toEqual(['  its result: sluice runs show calm-otter --output yaml']);
});

it('says nothing more of a result that is all there', () => {
  expect(resultLines({ decision: 'promote', model: { mAP50: 0.8, recall: 0.7 } })).toHaveLength(2);
  expect(resultLines(null)).toEqual([]);
});
