import type { Invalidated, Invalidation } from '../../server/api/cache.ts';
import type { NewRun } from '../../server/api/pipeline.ts';
import type { RunChange, StartedRun } from '../../server/api/run.ts';
import type { DoctorReport } from '../../server/api/stack.ts';
import { part } from './address.ts';
import { request } from './request.ts';

const post = <Answer>(path: string, body: unknown = {}): Promise<Answer> =>
  request<Answer>(path, { method: 'POST', body });

/** Everything that pages do to the world. Each rejects with a RequestError. */
export const act = {
  cancel: (run: string) => post<unknown>(`/runs/${part(run)}/cancel`),
  resume: (run: string) => post<StartedRun>(`/runs/${part(run)}/resume`),
  retry: (run: string) => post<StartedRun>(`/runs/${part(run)}/retry`),
  delete: (run: string) => post<unknown>(`/runs/${part(run)}/delete`),
  change: (run: string, body: RunChange) => request<unknown>(`/runs/${part(run)}`, { method: 'PATCH', body }),
  start: (pipeline: string, run: NewRun) => post<StartedRun>(`/pipelines/${part(pipeline)}/runs`, run),
  doctor: (stack: string) => post<DoctorReport>(`/stacks/${part(stack)}/doctor`),
  invalidate: (what: Invalidation) => post<Invalidated>('/cache/invalidate', what),
};
