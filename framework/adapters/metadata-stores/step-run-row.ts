import type { CacheKey } from '../../model/key-part.ts';
import type { StepRunRecord } from '../../model/run.ts';
import { compiledQuery, compiledWrite, type SlotOf } from './compiled-query.ts';
import { fromJson, toJsonOrNull } from './json-column.ts';
import { fromPartsRow, type JoinedParts, PARTS_COLUMNS, partsId } from './key-parts-row.ts';
import type { Sql, StepRunTable } from './metadata-schema.ts';
import { fromSegments, toSegments } from './segments-column.ts';

type StepRunRow = Omit<StepRunTable, 'position'>;

export const toStepRunRow = (step: StepRunRecord): StepRunRow => ({
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
  segments: toSegments(step.segments),
  usage: toJsonOrNull(step.usage),
  hook_failures: toJsonOrNull(step.hookFailures),
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
  segments: 'segments',
  usage: 'usage',
  hookFailures: 'hook_failures',
} as const satisfies Record<keyof StepRunRecord, keyof StepRunRow>;

/** Sets the columns of the fields that `change` has, and no others. */
export async function changeStepRun(on: Sql, id: string, change: Partial<StepRunRecord>): Promise<void> {
  const fields = Object.keys(change) as (keyof StepRunRecord)[];
  const shape = fields.join();
  const update = updates.get(shape) ?? updateOf(fields.map((field) => COLUMNS[field]));
  updates.set(shape, update);
  const row: Record<string, unknown> = { id };
  for (const field of fields) row[COLUMNS[field]] = columnOf(field, change[field]);
  await update(on, row as unknown as StepRunRow);
}

/** A field's value as its column has it. */
function columnOf(field: keyof StepRunRecord, value: unknown): unknown {
  switch (field) {
    case 'parts':
      return partsId(value as StepRunRecord['parts']);
    case 'segments':
      return toSegments(value as StepRunRecord['segments']);
    case 'output':
    case 'error':
    case 'usage':
    case 'hookFailures':
      return toJsonOrNull(value);
    default:
      return value;
  }
}

/** One compiled statement for each set of columns that callers change together, of which there are a handful. */
const updates = new Map<string, ReturnType<typeof updateOf>>();

const updateOf = (columns: readonly (keyof StepRunRow)[]) =>
  compiledWrite<StepRunRow>((on, slot) =>
    on
      .updateTable('step_run')
      .set(Object.fromEntries(columns.map((column) => [column, slot(column)])))
      .where('id', '=', slot('id')),
  );

/** A step run as `selectStepRuns` reads it. */
export type JoinedStepRun = StepRunTable & JoinedParts;

export const fromStepRunRow = (row: JoinedStepRun): StepRunRecord => ({
  id: row.id,
  runId: row.run_id,
  node: row.node,
  step: row.step,
  status: row.status,
  key: row.key as CacheKey | null,
  parts: fromPartsRow(row),
  origin: row.origin,
  reason: row.reason,
  output: fromJson(row.output),
  attempts: row.attempts,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  error: fromJson(row.error),
  segments: fromSegments(row.segments),
  usage: fromJson(row.usage),
  hookFailures: fromJson(row.hook_failures),
});

export const selectStepRuns = (on: Sql) =>
  on
    .selectFrom('step_run')
    .leftJoin('key_parts', 'key_parts.id', 'step_run.parts_id')
    .leftJoin('key_parts as key_base', 'key_base.id', 'key_parts.base_id')
    .selectAll('step_run')
    .select(PARTS_COLUMNS);

/** One of them: a miss is compared with the same call of an earlier run. */
export const stepRunOf = compiledQuery((on, slot: SlotOf<Pick<StepRunRecord, 'id'>>) =>
  selectStepRuns(on).where('step_run.id', '=', slot('id')),
);
