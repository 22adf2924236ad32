import { describe, expect, it } from 'vitest';
import { plainReporter } from '../../../../framework/cli/reporters/plain-reporter.ts';
import { recording, sampleRun } from './sample-run.ts';

describe('a run in a pipe', () => {
  it('is told line by line', () => {
    const channel = recording();
    let clock = 0;
    const reporter = plainReporter(channel, () => clock);
    for (const event of sampleRun()) {
      reporter.event(event);
      clock += 600;
    }
    reporter.close();
    expect(channel.text).toBe(`train-yolo calm-otter · 6 steps · stack local
≡ prepare    cached  Same key as 01jc/prepare.
▸ train      running  argument options.epochs changed from 2 to 3.
▸ draw       waiting for run abc on mill (process 7), which computes the same result
▸ draw       running  It never ran before.
  train      │ first
  train      │ second {"rate":0.1}
↻ train      attempt 1 failed, the next one in 2.0 s: no ink
▸ train      running  attempt 2
! train      It reads process.env.
    Declare inputs.env.
✗ draw       failed after 2 attempts  no ink
– publish    skipped: draw failed
✓ train      2 min 05 s (attempt 2)
■ late       cancelled
✓ summarize  1.5 s
✓ train-yolo calm-otter succeeded · 2 min 06 s · 2 ran · 1 cached · 1 failed · 1 skipped · 1 cancelled · 01jd0000000000000000000000
  decision promote
  mAP50 0.81
  model mAP50 0.8123 · recall 0.75
  reasons It beats its starting weights.
          It beats the best earlier run${', by far'.repeat(30)}.
  report.html 12 KiB · sluice artifacts get calm-otter:summarize.html
`);
  });

  it('has a line of progress for each step now and then, and always the last one', () => {
    const channel = recording();
    let clock = 0;
    const reporter = plainReporter(channel, () => clock);
    reporter.event({ type: 'step-started', node: 'train', attempt: 1, reason: 'why' });
    for (let i = 1; i <= 100; i++) {
      clock += 100;
      reporter.event({
        type: 'step-progress',
        node: 'train',
        progress: { fraction: i / 100, secondsLeft: 10 - i / 10 },
      });
    }
    expect(channel.text.trimEnd().split('\n').slice(1)).toEqual([
      '▸ train  10% · 9.0 s left',
      '▸ train  60% · 4.0 s left',
      '▸ train  100%',
    ]);
  });
});
