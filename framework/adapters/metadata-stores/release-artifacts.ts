import type { RawBuilder } from 'kysely';
import { sha256 } from '../../hashing/digest.ts';
import type { Artifact } from '../../model/artifact.ts';
import { insertRows } from './insert-rows.ts';
import { toJson } from './json-column.ts';
import type { Sql } from './metadata-schema.ts';

/**
 * Notes that something which kept these artifacts is gone: garbage collection leaves them for its grace period, and until everything has ended
 * that runs now and may be using them.
 * @param time milliseconds since the epoch, or the database's own clock.
 */
export async function release(
  on: Sql,
  artifacts: readonly Artifact[],
  time: number | RawBuilder<number>,
): Promise<void> {
  const texts = [...new Set(artifacts.map(toJson))];
  const rows = texts.map((artifact) => ({ id: sha256(artifact), artifact, released_at: time }));
  await insertRows(rows, (some) =>
    on
      .insertInto('released_artifact')
      .values(some)
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ released_at: time })),
  );
}
