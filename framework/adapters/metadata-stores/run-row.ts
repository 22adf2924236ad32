import type { Insertable, Updateable } from 'kysely';
import type { RunRecord } from '../../model/run.ts';
import { fromJson, toJson, toJsonOrNull } from './json-column.ts';
import type { RunTable } from './metadata-schema.ts';

/** `cancel_requested` of a run whose steps shall be killed; 1 when they shall be asked. */
export const CANCEL_NOW = 2;

/** What a run without an end has as its duration: sorted after every other. */
export const NO_DURATION = -1;

export const toRunRow = (run: RunRecord): Insertable<RunTable> => ({
  id: run.id,
  name: run.name,
  pipeline: run.pipeline,
  status: run.status,
  stack: run.stack,
  created_at: run.createdAt,
  started_at: run.startedAt,
  ended_at: run.endedAt,
  duration_ms: run.endedAt === null ? NO_DURATION : run.endedAt - (run.startedAt ?? run.createdAt),
  executor: run.executor,
  cancel_requested: Number(run.cancelRequested),
  mode: run.mode,
  resumed_from: run.resumedFrom,
  source: run.source,
  tags: toJson(run.tags),
  params: toJson(run.params),
  plan: toJson(run.plan),
  result: toJson(run.result),
  error: toJsonOrNull(run.error),
  notes: run.notes ?? null,
  environment: toJsonOrNull(run.environment),
  git: toJsonOrNull(run.git),
  hook_failures: toJsonOrNull(run.hookFailures),
});

const COLUMNS = {
  id: 'id',
  name: 'name',
  pipeline: 'pipeline',
  status: 'status',
  stack: 'stack',
  source: 'source',
  params: 'params',
  tags: 'tags',
  mode: 'mode',
  plan: 'plan',
  executor: 'executor',
  createdAt: 'created_at',
  startedAt: 'started_at',
  endedAt: 'ended_at',
  result: 'result',
  error: 'error',
  resumedFrom: 'resumed_from',
  cancelRequested: 'cancel_requested',
  notes: 'notes',
  environment: 'environment',
  git: 'git',
  hookFailures: 'hook_failures',
} as const satisfies Record<keyof RunRecord, keyof RunTable>;

const BLANK: RunRecord = Object.freeze({
  id: '',
  name: '',
  pipeline: '',
  status: 'pending',
  stack: '',
  source: '',
  params: null,
  tags: [],
  mode: 'fail-fast',
  plan: null,
  executor: '',
  createdAt: 0,
  startedAt: null,
  endedAt: null,
  result: null,
  error: null,
  resumedFrom: null,
  cancelRequested: false,
});

/** The columns of the fields that `change` has; `duration_ms` is left to SQL, which knows the start. */
export function changedRunColumns(change: Partial<RunRecord>): Updateable<RunTable> {
  const row = toRunRow({ ...BLANK, ...change });
  const columns = (Object.keys(change) as (keyof RunRecord)[]).map((field) => COLUMNS[field]);
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}

export const fromRunRow = (row: RunTable): RunRecord => ({
  id: row.id,
  name: row.name,
  pipeline: row.pipeline,
  status: row.status,
  stack: row.stack,
  source: row.source,
  params: fromJson(row.params),
  tags: fromJson(row.tags),
  mode: row.mode as RunRecord['mode'],
  plan: fromJson(row.plan),
  executor: row.executor,
  createdAt: row.created_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  result: fromJson(row.result),
  error: fromJson(row.error),
  resumedFrom: row.resumed_from,
  cancelRequested: row.cancel_requested > 0,
  notes: row.notes,
  environment: fromJson(row.environment),
  git: fromJson(row.git),
  hookFailures: fromJson(row.hook_failures),
});
