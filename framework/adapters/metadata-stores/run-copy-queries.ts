import type { CacheEntry, MetadataStore, RunCopy } from '../../components/metadata-store.ts';
import { inputError } from '../../errors.ts';
import { withFirstAttempt } from '../../model/first-attempt.ts';
import type { LogLine } from '../../model/run.ts';
import { isFinal } from '../../model/status.ts';
import { fromArtifactRow, insertArtifact, makersOf, toArtifactRow } from './artifact-queries.ts';
import { fromEntryRow, selectEntries, toEntryRow } from './cache-entry-row.ts';
import { insertRows } from './insert-rows.ts';
import { insertParts } from './key-parts-row.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';
import { insertCodeState, readCodeState } from './run-code-queries.ts';
import { insertSteps, insertTags, runById } from './run-queries.ts';
import { fromRunRow, toRunRow } from './run-row.ts';
import { insertRunParams, takeOverMetrics } from './run-value-queries.ts';
import { fromAttemptRow, toAttemptRow } from './step-run-queries.ts';
import { fromStepRunRow, selectStepRuns } from './step-run-row.ts';
import { fromLogRow, insertLogs, insertTracked, trackedOf } from './tracking-queries.ts';

type RunCopyQueries = Pick<MetadataStore, 'readRunRecord' | 'writeRunRecord'>;

export const runCopyQueries = ({ db, now }: SqlContext): RunCopyQueries => ({
  async readRunRecord(runId) {
    const run = await runById(db, runId);
    if (!run) return undefined;
    const ids = db.selectFrom('step_run').select('id').where('run_id', '=', runId);
    const keys = db
      .selectFrom('step_run')
      .select((row) => row.ref('key').$notNull().as('key'))
      .where('run_id', '=', runId)
      .where('status', 'in', ['succeeded', 'cached'])
      .where('key', 'is not', null);
    const steps = await selectStepRuns(db).where('run_id', '=', runId).orderBy('position').execute();
    const attempts = await db
      .selectFrom('attempt')
      .selectAll()
      .where('step_run_id', 'in', ids)
      .orderBy('step_run_id')
      .orderBy('attempt')
      .execute();
    const artifacts = await db
      .selectFrom('artifact')
      .selectAll()
      .where((eb) => eb.or(makersOf(db, runId).map((makers) => eb('step_run_id', 'in', makers))))
      .execute();
    const entries = await selectEntries(db).where('key', 'in', keys).execute();
    const codeState = await readCodeState(db, runId);
    const recorded = Map.groupBy(attempts.map(fromAttemptRow), ({ stepRunId }) => stepRunId);
    const stepRuns = steps.map(fromStepRunRow);
    return {
      run: fromRunRow(run),
      steps: stepRuns,
      attempts: stepRuns.flatMap((step) => withFirstAttempt(step, recorded.get(step.id) ?? [])),
      artifacts: artifacts.map(fromArtifactRow),
      entries: entries.map(fromEntryRow),
      logs: await logsOf(db, runId),
      tracked: await trackedOf(db, runId),
      ...(codeState && { codeState }),
    };
  },

  async writeRunRecord(copy) {
    const { run } = copy;
    if (!isFinal(run.status)) {
      throw inputError(`Run ${run.id} is ${run.status}: only a run that has ended is copied.`, 'Wait for its end.');
    }
    return db.transaction().execute(async (on) => {
      const isNew = await insertWhenAbsent(on, copy, now());
      for (const artifact of copy.artifacts) {
        const maker = { id: artifact.stepRunId, runId: artifact.runId, step: artifact.step };
        await insertArtifact(on, toArtifactRow(maker, artifact.field, artifact, artifact.createdAt));
      }
      for (const entry of copy.entries) await insertEntryWhenAbsent(on, entry);
      return isNew ? 'written' : 'present';
    });
  },
});

async function logsOf(on: Sql, runId: string): Promise<RunCopy['logs']> {
  const rows = await on
    .selectFrom('log_line')
    .selectAll()
    .where('step_run_id', 'in', on.selectFrom('step_run').select('id').where('run_id', '=', runId))
    .orderBy('step_run_id')
    .orderBy('seq')
    .execute();
  const byStep = new Map<string, (LogLine & { readonly attempt: number })[]>();
  for (const row of rows) {
    const { seq: _, ...line } = fromLogRow(row);
    const lines = byStep.get(row.step_run_id);
    if (lines) lines.push(line);
    else byStep.set(row.step_run_id, [line]);
  }
  return [...byStep].map(([stepRunId, lines]) => ({ stepRunId, lines }));
}

/** False when the run is there: nothing of it is changed then. */
async function insertWhenAbsent(on: Sql, copy: RunCopy, time: number): Promise<boolean> {
  const { run, steps, attempts } = copy;
  const { numInsertedOrUpdatedRows } = await on
    .insertInto('run')
    .values(toRunRow(run))
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return false;
  await insertTags(on, run);
  await insertRunParams(on, run);
  await insertSteps(on, steps);
  await insertRows(attempts.map(toAttemptRow), (some) => on.insertInto('attempt').values(some));
  if (copy.codeState) await insertCodeState(on, run.id, copy.codeState);
  for (const { stepRunId, lines } of copy.logs) await insertLogs(on, stepRunId, lines);
  for (const { stepRunId, entries } of copy.tracked) await insertTracked(on, stepRunId, entries, time);
  await takeOverMetrics(on, run.id);
  return true;
}

async function insertEntryWhenAbsent(on: Sql, entry: CacheEntry): Promise<void> {
  await insertParts(on, entry.parts);
  await on
    .insertInto('cache_entry')
    .values(toEntryRow(entry))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}
