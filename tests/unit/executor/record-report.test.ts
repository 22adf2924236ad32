import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TrackerEntry } from '../../../framework/components/metadata-store.ts';
import { type RecordReport, recordReport } from '../../../framework/executor/record-report.ts';
import type { LogLine } from '../../../framework/model/run.ts';
import type { RunEvent } from '../../../framework/model/run-event.ts';

function reporting(faults: { readonly store?: Error; readonly tracker?: Error } = {}) {
  const batches: string[][] = [];
  const tracked: TrackerEntry[] = [];
  const events: RunEvent[] = [];
  const report: RecordReport = recordReport({
    store: {
      async appendLogs(_: string, __: number, lines: readonly LogLine[]) {
        await pause(10);
        if (faults.store) throw faults.store;
        batches.push(lines.map(({ message }) => message));
      },
    },
    tracker: {
      flavor: 'test',
      async record(_: unknown, entries: readonly TrackerEntry[]) {
        if (faults.tracker) throw faults.tracker;
        tracked.push(...entries);
      },
    },
    emit: (event) => void events.push(event),
    node: 'train',
    stepRun: { id: 'r/train', runId: 'r', step: 'train' },
    attempt: 1,
    clock: { enter: () => {} },
  });
  const log = (message: string): void => report.log({ time: 1, level: 'info', source: 'log', message });
  return { report, log, batches, tracked, events };
}

describe('recordReport', () => {
  it('shows lines at once and stores them in batches, in order', async () => {
    const { report, log, batches, events } = reporting();
    for (let i = 0; i < 100; i++) log(String(i));
    expect([events.length, batches]).toEqual([100, []]);
    await report.flush();
    expect(batches).toEqual([Array.from({ length: 100 }, (_, i) => String(i))]);
  });

  it('has stored everything when flush resolves, what was being written before too', async () => {
    const { report, log, batches } = reporting();
    log('a');
    const first = report.flush();
    log('b');
    await report.flush();
    expect(batches).toEqual([['a'], ['b']]);
    await first;
  });

  it('writes without being asked after a moment', async () => {
    const { log, batches } = reporting();
    log('a');
    await expect.poll(() => batches).toEqual([['a']]);
  });

  it('names a tracker that fails once, and goes on', async () => {
    const { report, events } = reporting({ tracker: new Error('down') });
    report.track({ kind: 'param', name: 'a', value: '1' });
    await report.flush();
    report.track({ kind: 'param', name: 'b', value: '1' });
    await report.flush();
    expect(events).toMatchObject([
      { type: 'step-warning', code: 'tracker-failed', message: expect.stringMatching(/down/) },
    ]);
  });

  it('does not hide a store that can not take the lines', async () => {
    const { report, log } = reporting({ store: new Error('disk full') });
    log('a');
    await expect(report.flush()).rejects.toThrow('disk full');
  });
});
