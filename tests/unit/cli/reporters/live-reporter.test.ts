import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { widthOf } from '../../../../framework/cli/format/width.ts';
import { liveReporter } from '../../../../framework/cli/reporters/live-reporter.ts';
import { plainReporter } from '../../../../framework/cli/reporters/plain-reporter.ts';
import { recording, sampleRun } from './sample-run.ts';
import { screenOf } from './screen.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 10_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a run on a terminal', () => {
  it('has a moving line for each running step, below what has happened', () => {
    const channel = recording({ width: 100, height: 24 });
    const reporter = liveReporter(channel);
    const events = sampleRun();
    for (const event of events.slice(
      0,
      events.findIndex(({ type }) => type === 'step-failed'),
    ))
      reporter.event(event);
    vi.advanceTimersByTime(3_000);
    const screen = screenOf(channel.text);
    expect(screen.lines.slice(-4)).toEqual([
      expect.stringMatching(/^. train {10}3 s {2}━{12} 33% · epoch 1\/3 · mAP50 0\.7123 · 1 min 24 s left$/),
      expect.stringMatching(/^. draw {11}3 s {2}It never ran before\.$/),
      '· 3 to go',
      '',
    ]);
    expect(screen.cursorVisible).toBe(false);
    reporter.close();
  });

  it('ends with the same lines as in a pipe, and with the cursor', () => {
    const live = recording({ width: 300, height: 24 });
    const reporter = liveReporter(live);
    const plain = recording();
    const story = plainReporter(plain);
    for (const event of sampleRun()) {
      reporter.event(event);
      story.event(event);
      vi.advanceTimersByTime(150);
    }
    reporter.close();
    reporter.close();
    const moving = /^▸/;
    const screen = screenOf(live.text);
    expect(screen.lines.filter((line) => line !== '')).toEqual(
      plain.text.split('\n').filter((line) => line !== '' && !moving.test(line)),
    );
    expect(screen.cursorVisible).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('draws no faster than its clock, however fast the events come', () => {
    const channel = recording({ width: 80, height: 24 });
    const reporter = liveReporter(channel);
    reporter.event(sampleRun()[0]!);
    reporter.event({ type: 'step-started', node: 'train', attempt: 1, reason: 'why' });
    vi.advanceTimersByTime(100);
    const before = channel.text.length;
    for (let i = 0; i < 10_000; i++) {
      reporter.event({ type: 'step-progress', node: 'train', progress: { fraction: i / 10_000 } });
    }
    expect(channel.text.length).toBe(before);
    vi.advanceTimersByTime(100);
    expect(channel.text.length).toBeGreaterThan(before);
    reporter.close();
  });

  it('fits the terminal: no line wraps, no area is higher than the screen', () => {
    const channel = recording({ width: 30, height: 6 });
    const reporter = liveReporter(channel);
    const nodes = Array.from({ length: 20 }, (_, i) => `a-step-with-a-long-name-${i}`);
    reporter.event({ ...sampleRun()[0]!, nodes: nodes.map((id) => ({ id, parents: [] })) } as never);
    for (const node of nodes) reporter.event({ type: 'step-started', node, attempt: 1, reason: 'a long reason' });
    vi.advanceTimersByTime(500);
    const drawn = screenOf(channel.text).lines.slice(1, -1);
    expect(drawn).toHaveLength(5);
    expect(Math.max(...drawn.map(widthOf))).toBeLessThan(30);
    expect(drawn.at(-1)).toBe('… and 16 more');
    reporter.close();
  });

  it('shows a note until the run has ended', () => {
    const channel = recording({ width: 80, height: 24 });
    const reporter = liveReporter(channel);
    const [started, ...rest] = sampleRun();
    reporter.event(started!);
    reporter.note('Stopping. Press Ctrl-C again to stop now.');
    expect(screenOf(channel.text).lines).toContain('Stopping. Press Ctrl-C again to stop now.');
    reporter.event(rest.at(-1)!);
    vi.advanceTimersByTime(200);
    expect(screenOf(channel.text).lines).not.toContain('Stopping. Press Ctrl-C again to stop now.');
    reporter.close();
  });

  it('puts what others print above its lines', () => {
    const channel = recording({ width: 80, height: 24 });
    const reporter = liveReporter(channel);
    reporter.event(sampleRun()[0]!);
    reporter.event({ type: 'step-started', node: 'train', attempt: 1, reason: 'why' });
    vi.advanceTimersByTime(100);
    reporter.foreign?.('from elsewhere\n');
    expect(screenOf(channel.text).lines).toEqual([
      expect.stringContaining('train-yolo calm-otter'),
      'from elsewhere',
      expect.stringContaining('train'),
      '· 5 to go',
      '',
    ]);
    reporter.close();
  });
});
