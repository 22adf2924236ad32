import { expect } from 'vitest';
import { ExecutorList } from '../../../framework/server/api/executor.ts';
import { Pipeline } from '../../../framework/server/api/pipeline.ts';
import { Run, RunLinks } from '../../../framework/server/api/run.ts';
import { DoctorReport } from '../../../framework/server/api/stack.ts';
import type { Case } from '../conformance.ts';
import { NOON, sampleExecutor, sampleRun, sampleStep } from '../metadata-store/sample-records.ts';
import { read } from './read-answer.ts';
import type { ViewerServerSubject } from './subject.ts';

export const ACTION_CASES: readonly Case<ViewerServerSubject>[] = [
  [
    'asks a run of another process to stop, which that one hears',
    async (server) => {
      const { metadataStore: other } = await server.another();
      await other.registerExecutor(sampleExecutor('executor-1', { pid: process.pid, startedAt: Date.now() }));
      await other.createRun(sampleRun('run-1'), [sampleStep('run-1', 'load', { status: 'running', startedAt: NOON })]);
      const { items } = await read(server, '/api/executors', ExecutorList);
      expect(items.map(({ id, runs }) => [id, runs.map((run) => run.id)])).toEqual([['executor-1', ['run-1']]]);
      const asked = await server.send('POST', '/api/runs/run-1/cancel');
      expect([asked.status, await asked.json()]).toEqual([200, { id: 'run-1', done: true }]);
      expect(await other.heartbeat('executor-1')).toEqual([{ id: 'run-1', how: 'graceful' }]);
      expect((await read(server, '/api/runs/run-1', Run)).can).toMatchObject({ cancel: false, delete: false });
      expect((await server.send('POST', '/api/runs/run-1/cancel')).status).toBe(400);
      expect((await server.send('POST', '/api/runs/run-1/delete')).status).toBe(400);
    },
  ],
  [
    'tries again what failed, and deletes it with its log',
    async (server) => {
      const store = server.stack.metadataStore;
      await store.createRun(sampleRun('run-1', { status: 'failed', endedAt: NOON + 1 }), [
        sampleStep('run-1', 'load', { status: 'failed' }),
      ]);
      const lines = Array.from(
        { length: 2500 },
        (_, i) => ({ time: NOON + i, level: 'info', source: 'log', message: `${i}` }) as const,
      );
      await store.appendLogs('run-1/load', 1, lines);
      expect((await server.send('POST', '/api/runs/run-1/retry')).status).toBe(202);
      expect(server.started).toEqual([['retry', 'run-1']]);
      expect(await read(server, '/api/runs/run-1/links', RunLinks)).toEqual({ tracker: null });
      expect((await server.send('POST', '/api/runs/run-1/delete')).status).toBe(200);
      const { metadataStore: other } = await server.another();
      expect([await other.findRun('run-1'), await other.readLogs('run-1/load')]).toEqual([undefined, []]);
      for (const path of ['', '/logs', '/metrics', '/steps/load', '/steps/load/why', '/links']) {
        expect((await server.get(`/api/runs/run-1${path}`)).status, path).toBe(404);
      }
    },
  ],
  [
    'tells of a pipeline that can not be read now, and tries the stack that it shows',
    async (server) => {
      const pipeline = await read(server, '/api/pipelines/hello', Pipeline);
      expect([pipeline.name, pipeline.schema, typeof pipeline.problem]).toEqual(['hello', null, 'string']);
      const tried = await server.send('POST', `/api/stacks/${server.stack.name}/doctor`);
      const report = DoctorReport.parse(await tried.json());
      const bad = report.checks.filter(({ ok, subject }) => !ok && /_store$/.test(subject));
      expect([tried.status, bad]).toEqual([200, []]);
      expect(new Set(report.checks.map(({ subject }) => subject))).toContain('metadata_store');
      expect((await server.send('POST', '/api/stacks/other/doctor')).status).toBe(404);
    },
  ],
];
