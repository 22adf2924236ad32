import { expect } from 'vitest';
import type { LogLine } from '../../../framework/model/run.ts';
import type { Case } from '../conformance.ts';
import { artifactOf, NOON, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

const line = (message: string, more: Partial<LogLine> = {}): LogLine => ({
  time: NOON,
  level: 'info',
  source: 'stdout',
  message,
  ...more,
});

export const TRACKING_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'keeps log lines of all attempts in one order',
    async ({ store }) => {
      const first = [line('one', { fields: { epoch: 1 } }), line('two\nlines', { level: 'warn', source: 'log' })];
      await store.appendLogs('run-aaaa/load', 1, first);
      await store.appendLogs('run-aaaa/load', 1, []);
      await store.appendLogs('run-aaaa/load', 2, [line('three')]);
      await store.appendLogs('run-aaaa/other', 1, [line('else')]);
      const all = await store.readLogs('run-aaaa/load');
      expect(all.map(({ seq: _, ...rest }) => rest)).toEqual([
        { ...first[0], attempt: 1 },
        { ...first[1], attempt: 1 },
        { ...line('three'), attempt: 2 },
      ]);
      expect(await store.readLogs('run-aaaa/load', { attempt: 2 })).toEqual([all[2]]);
      expect(await store.readLogs('run-aaaa/load', { after: all[0]!.seq, limit: 1 })).toEqual([all[1]]);
    },
  ],
  [
    'takes a batch of thousands of lines',
    async ({ store }) => {
      const lines = Array.from({ length: 5000 }, (_, i) => line(String(i)));
      await store.appendLogs('run-aaaa/load', 1, lines);
      expect((await store.readLogs('run-aaaa/load')).map(({ message }) => Number(message))).toEqual(
        lines.map((_, i) => i),
      );
    },
  ],
  [
    'keeps the newest param and tag, and every metric',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'train'), sampleStep('run-aaaa', 'idle')]);
      const loss = (value: number, step: number) =>
        ({ kind: 'metric', name: 'loss', value, step, time: NOON }) as const;
      await store.track('run-aaaa/train', [
        { kind: 'param', name: 'lr', value: '0.1' },
        { kind: 'tag', name: 'lr', value: 'a tag of the same name' },
        loss(3, 0),
        loss(Number.NaN, 1),
      ]);
      await store.track('run-aaaa/train', [
        { kind: 'param', name: 'lr', value: '0.2' },
        loss(Number.POSITIVE_INFINITY, 2),
        loss(2.5, 2),
      ]);
      const [tracked, ...others] = await store.tracked('run-aaaa');
      expect([tracked?.stepRunId, others]).toEqual(['run-aaaa/train', []]);
      const entries = tracked?.entries ?? [];
      expect(entries.filter(({ kind }) => kind === 'metric')).toEqual([
        loss(3, 0),
        loss(Number.NaN, 1),
        loss(Number.POSITIVE_INFINITY, 2),
        loss(2.5, 2),
      ]);
      expect(entries.filter(({ kind }) => kind !== 'metric')).toEqual(
        expect.arrayContaining([
          { kind: 'param', name: 'lr', value: '0.2' },
          { kind: 'tag', name: 'lr', value: 'a tag of the same name' },
        ]),
      );
      expect(entries).toHaveLength(6);
    },
  ],
  [
    'records a tracked artifact like an output, so that it is not collected',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'train')]);
      const artifact = artifactOf('plot', { format: 'file', name: 'plot.png' });
      await store.track('run-aaaa/train', [{ kind: 'artifact', name: 'curves', artifact }]);
      expect((await store.tracked('run-aaaa'))[0]?.entries).toEqual([{ kind: 'artifact', name: 'curves', artifact }]);
      expect(await store.findArtifact(artifact.digest)).toMatchObject([
        { ...artifact, field: 'curves', step: 'train' },
      ]);
    },
  ],
];
