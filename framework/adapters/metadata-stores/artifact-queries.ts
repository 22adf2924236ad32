import type { ArtifactRecord, MetadataStore } from '../../components/metadata-store.ts';
import { inputError } from '../../errors.ts';
import type { Artifact } from '../../model/artifact.ts';
import type { StepRunRecord } from '../../model/run.ts';
import { artifactOfRow } from './artifact-row.ts';
import { compiledWrite, type SlotOf } from './compiled-query.ts';
import { contains } from './contains.ts';
import { toJsonOrNull } from './json-column.ts';
import type { ArtifactTable, Sql, SqlContext } from './metadata-schema.ts';
import { decodeMark, toPage } from './page-mark.ts';
import { startsWith } from './starts-with.ts';

const PAGE = 50;
const SHORTEST_PREFIX = 4;

export const artifactQueries = ({
  db,
  capabilities,
}: SqlContext): Pick<MetadataStore, 'listArtifacts' | 'findArtifact'> => ({
  async listArtifacts(filter = {}) {
    const limit = filter.limit ?? PAGE;
    let rows = db
      .selectFrom('artifact')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('step_run_id', 'desc')
      .orderBy('field', 'desc')
      .orderBy('digest', 'desc')
      .limit(limit + 1);
    const { run, step, format, search } = filter;
    if (step !== undefined) rows = rows.where('step', '=', step);
    if (format !== undefined) rows = rows.where('format', '=', format);
    if (run !== undefined) {
      rows = rows.where((eb) => eb.or(makersOf(db, run).map((makers) => eb('step_run_id', 'in', makers))));
    }
    if (search !== undefined) {
      rows = rows.where((eb) =>
        eb.or([
          contains('name', search, capabilities),
          contains('field', search, capabilities),
          startsWith('digest', search),
        ]),
      );
    }
    if (filter.after !== undefined) {
      const { value, id } = decodeMark(filter.after);
      const [stepRun = '', field = '', digest = ''] = id.split('\n');
      rows = rows.where((eb) =>
        eb(eb.refTuple('created_at', 'step_run_id', 'field', 'digest'), '<', eb.tuple(value, stepRun, field, digest)),
      );
    }
    return toPage(await rows.execute(), limit, {
      item: fromArtifactRow,
      mark: (row) => ({ value: row.created_at, id: [row.step_run_id, row.field, row.digest].join('\n') }),
    });
  },

  async findArtifact(reference) {
    if (reference.length < SHORTEST_PREFIX) return [];
    const rows = await db
      .selectFrom('artifact')
      .selectAll()
      .where(startsWith('digest', reference))
      .orderBy('created_at', 'desc')
      .execute();
    const digests = [...new Set(rows.map(({ digest }) => digest))];
    if (digests.length <= 1) return rows.map(fromArtifactRow);
    throw inputError(
      `${reference} is the beginning of more than one artifact: ${digests.slice(0, SHORTEST_PREFIX).join(', ')}.`,
      'Give more of the digest.',
    );
  },
});

/** The step runs that made what a run has: its own ones, and those of earlier runs that its cached steps point at. */
export function makersOf(on: Sql, run: string) {
  const steps = on.selectFrom('step_run').where('run_id', '=', run);
  const origins = steps.where('origin', 'is not', null).select((row) => row.ref('origin').$notNull().as('id'));
  return [steps.select('id'), origins] as const;
}

/** Records what a step run made: the fields of its output under their names, everything else under its own. */
export async function insertArtifacts(
  on: Sql,
  stepRun: StepRunRecord,
  artifacts: readonly Artifact[],
  createdAt: number,
): Promise<void> {
  const { output } = stepRun;
  const fields =
    output?.kind === 'fields' ? Object.entries(output.fields) : output ? [['', output.value] as const] : [];
  const known = new Set(fields.map(([, artifact]) => artifact.digest));
  const others = artifacts
    .filter(({ digest }) => !known.has(digest))
    .map((artifact) => [artifact.name ?? artifact.digest, artifact] as const);
  const rows = [...fields, ...others].map(([field, artifact]) => toArtifactRow(stepRun, field, artifact, createdAt));
  for (const row of rows) await insertArtifact(on, row);
}

/** The same artifact of the same field is one record. */
export const insertArtifact = compiledWrite((on, slot: SlotOf<ArtifactTable>) =>
  on
    .insertInto('artifact')
    .values({
      step_run_id: slot('step_run_id'),
      field: slot('field'),
      digest: slot('digest'),
      run_id: slot('run_id'),
      step: slot('step'),
      format: slot('format'),
      version: slot('version'),
      size: slot('size'),
      name: slot('name'),
      refs: slot('refs'),
      created_at: slot('created_at'),
    })
    .onConflict((conflict) => conflict.columns(['step_run_id', 'field', 'digest']).doNothing()),
);

export const toArtifactRow = (
  stepRun: Pick<StepRunRecord, 'id' | 'runId' | 'step'>,
  field: string,
  artifact: Artifact,
  createdAt: number,
): ArtifactTable => ({
  step_run_id: stepRun.id,
  field,
  digest: artifact.digest,
  run_id: stepRun.runId,
  step: stepRun.step,
  format: artifact.format,
  version: artifact.version,
  size: artifact.size,
  name: artifact.name ?? null,
  refs: toJsonOrNull(artifact.refs),
  created_at: createdAt,
});

export const fromArtifactRow = (row: ArtifactTable): ArtifactRecord => ({
  ...artifactOfRow(row),
  stepRunId: row.step_run_id,
  runId: row.run_id,
  step: row.step,
  field: row.field,
  createdAt: row.created_at,
});
