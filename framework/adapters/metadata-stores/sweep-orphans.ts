import type { RawBuilder } from 'kysely';
import type { Artifact } from '../../model/artifact.ts';
import { artifactOfRow } from './artifact-row.ts';
import type { Sql } from './metadata-schema.ts';
import { release } from './release-artifacts.ts';

/** A step run or a cache entry that was deleted. */
interface Gone {
  /** Of the step run. */
  readonly id: string;
  /** Step run that made its output. */
  readonly origin: string | null;
}

/** Some values of one statement. */
const SOME = 500;

/**
 * Removes what only the deleted rows held: records of artifacts whose maker is gone and which no step run and no cache entry points to any
 * more. What garbage collection keeps is what is left, and for a while what went (`release`).
 *
 * @param time when it went; undefined when it need not be kept any longer.
 */
export async function sweepOrphans(
  on: Sql,
  gone: readonly Gone[],
  time: number | RawBuilder<number> | undefined,
): Promise<void> {
  const makers = [...new Set(gone.flatMap(({ id, origin }) => [id, origin ?? id]))];
  for (let at = 0; at < makers.length; at += SOME) {
    const artifacts = await sweepArtifacts(on, makers.slice(at, at + SOME));
    if (time !== undefined) await release(on, artifacts, time);
  }
}

async function sweepArtifacts(on: Sql, makers: readonly string[]): Promise<readonly Artifact[]> {
  const rows = await on
    .deleteFrom('artifact')
    .where('step_run_id', 'in', makers)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('step_run').select('id').whereRef('step_run.id', '=', 'artifact.step_run_id'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('step_run')
            .select('id')
            .whereRef('step_run.origin', '=', 'artifact.step_run_id')
            // As the index has it.
            .whereRef('step_run.origin', '<>', 'step_run.id'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('cache_entry').select('key').whereRef('cache_entry.origin', '=', 'artifact.step_run_id'))),
    )
    .returning(['digest', 'format', 'version', 'size', 'name', 'refs'])
    .execute();
  return rows.map(artifactOfRow);
}
