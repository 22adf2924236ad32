import type { Insertable, Updateable } from 'kysely';
import { sha256 } from '../../hashing/digest.ts';
import type { CacheKey, KeyPart } from '../../model/key-part.ts';
import type { StepRunRecord } from '../../model/run.ts';
import { fromJson, toJson, toJsonOrNull } from './json-column.ts';
import type { Sql, StepRunTable } from './metadata-schema.ts';

export const toStepRunRow = (step: StepRunRecord): Omit<Insertable<StepRunTable>, 'position'> => ({
  id: step.id,
  run_id: step.runId,
  node: step.node,
  step: step.step,
  status: step.status,
  key: step.key,
  parts_id: partsId(step.parts),
  origin: step.origin,
  reason: step.reason,
  attempts: step.attempts,
  started_at: step.startedAt,
  ended_at: step.endedAt,
  output: toJsonOrNull(step.output),
  error: toJsonOrNull(step.error),
});

const COLUMNS = {
  id: 'id',
  runId: 'run_id',
  node: 'node',
  step: 'step',
  status: 'status',
  key: 'key',
  parts: 'parts_id',
  origin: 'origin',
  reason: 'reason',
  output: 'output',
  attempts: 'attempts',
  startedAt: 'started_at',
  endedAt: 'ended_at',
  error: 'error',
} as const satisfies Record<keyof StepRunRecord, keyof StepRunTable>;

const BLANK: StepRunRecord = Object.freeze({
  id: '',
  runId: '',
  node: '',
  step: '',
  status: 'pending',
  key: null,
  parts: [],
  origin: null,
  reason: null,
  output: null,
  attempts: 0,
  startedAt: null,
  endedAt: null,
  error: null,
});

/** The columns of the fields that `change` has. */
export function changedStepRunColumns(change: Partial<StepRunRecord>): Updateable<StepRunTable> {
  const row: Updateable<StepRunTable> = toStepRunRow({ ...BLANK, ...change });
  const columns = (Object.keys(change) as (keyof StepRunRecord)[]).map((field) => COLUMNS[field]);
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}

/** A step run as `selectStepRuns` reads it. */
export type JoinedStepRun = StepRunTable & { readonly parts: string | null };

export const fromStepRunRow = (row: JoinedStepRun): StepRunRecord => ({
  id: row.id,
  runId: row.run_id,
  node: row.node,
  step: row.step,
  status: row.status,
  key: row.key as CacheKey | null,
  parts: row.parts === null ? [] : fromJson(row.parts),
  origin: row.origin,
  reason: row.reason,
  output: fromJson(row.output),
  attempts: row.attempts,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  error: fromJson(row.error),
});

export const selectStepRuns = (on: Sql) =>
  on
    .selectFrom('step_run')
    .leftJoin('key_parts', 'key_parts.id', 'step_run.parts_id')
    .selectAll('step_run')
    .select('key_parts.parts as parts');

/** Null for no parts: a step that has not come to its key. */
export const partsId = (parts: readonly KeyPart[]): string | null =>
  parts.length === 0 ? null : sha256(toJson(parts));

/** Stores the list, unless it is there. */
export async function insertParts(on: Sql, parts: readonly KeyPart[]): Promise<void> {
  const id = partsId(parts);
  if (id === null) return;
  await on
    .insertInto('key_parts')
    .values({ id, parts: toJson(parts) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
