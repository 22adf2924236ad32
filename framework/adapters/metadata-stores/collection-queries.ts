import { sql } from 'kysely';
import type { CollectionRecord, KeptArtifact, KeptBy } from '../../components/collection-record.ts';
import type { Digest } from '../../hashing/digest.ts';
import { type Artifact, artifactsOf, type Output } from '../../model/artifact.ts';
import { artifactOfRow } from './artifact-row.ts';
import { COLLECTION_ROW, collectionNumber } from './collection-number.ts';
import { insertRows } from './insert-rows.ts';
import { fromJson, toJson } from './json-column.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';
import { release } from './release-artifacts.ts';
import { sweepOrphans } from './sweep-orphans.ts';
import { sweepParts } from './sweep-parts.ts';

/** Some values of one statement. */
const SOME = 500;

export const collectionQueries = (context: SqlContext): CollectionRecord => {
  const { db, now, capabilities } = context;
  return {
    async pin(artifact, reason) {
      const row = { artifact: toJson(artifact), reason, created_at: now() };
      await db
        .insertInto('pin')
        .values({ digest: artifact.digest, ...row })
        .onConflict((conflict) => conflict.column('digest').doUpdateSet({ reason }))
        .execute();
    },

    unpin: (digest) =>
      db.transaction().execute(async (on) => {
        const gone = await on.deleteFrom('pin').where('digest', '=', digest).returning('artifact').execute();
        const artifacts = gone.map(({ artifact }) => fromJson<Artifact>(artifact));
        await release(on, artifacts, capabilities.serverClock ?? now());
        return gone.length > 0;
      }),

    async pins() {
      const rows = await db.selectFrom('pin').selectAll().orderBy('created_at', 'desc').orderBy('digest').execute();
      return rows.map((row) => ({ artifact: fromJson(row.artifact), reason: row.reason, createdAt: row.created_at }));
    },

    async continuable(keys) {
      const found: string[] = [];
      for (let at = 0; at < keys.length; at += SOME) {
        const rows = await db
          .selectFrom('step_run')
          .select((row) => row.ref('key').$notNull().as('key'))
          .where('key', 'in', keys.slice(at, at + SOME))
          .where('status', 'not in', ['succeeded', 'cached', 'skipped'])
          .distinct()
          .execute();
        found.push(...rows.map(({ key }) => key));
      }
      return found;
    },

    keptArtifacts: ({ releasedSince }) => keptArtifacts(db, releasedSince),

    collectionNumber: () => collectionNumber(db),

    async beginCollection(condemned) {
      const number = await db.transaction().execute(async (on) => {
        const last = await collectionNumber(on);
        // Odd, and another one than before, also when that one never ended.
        const next = last + (last % 2 === 0 ? 1 : 2);
        await on.updateTable('collection').set({ number: next }).where('id', '=', COLLECTION_ROW).execute();
        await on.deleteFrom('condemned').execute();
        const rows = condemned.map((digest) => ({ digest, is_removing: 0 }));
        await insertRows(rows, (some) => on.insertInto('condemned').values(some));
        return next;
      });
      await capabilities.settle?.(db);
      return number;
    },

    startRemoving: (collection, digests) =>
      db.transaction().execute(async (on) => {
        if ((await collectionNumber(on)) !== collection) return [];
        const rows = await on
          .updateTable('condemned')
          .set({ is_removing: 1 })
          .where('digest', 'in', digests)
          .where('is_removing', '=', 0)
          .returning('digest')
          .execute();
        return rows.map(({ digest }) => digest as Digest);
      }),

    endRemoving: (collection, digests) =>
      db.transaction().execute(async (on) => {
        if ((await collectionNumber(on)) === collection) await forgetCondemned(on, digests);
      }),

    spare: (digests) =>
      db.transaction().execute(async (on) => {
        const busy: Digest[] = [];
        for (let at = 0; at < digests.length; at += SOME) {
          const some = digests.slice(at, at + SOME);
          await on.deleteFrom('condemned').where('digest', 'in', some).where('is_removing', '=', 0).execute();
          const left = await on.selectFrom('condemned').select('digest').where('digest', 'in', some).execute();
          busy.push(...left.map(({ digest }) => digest as Digest));
        }
        return busy;
      }),

    endCollection: (collection) =>
      db.transaction().execute(async (on) => {
        if ((await collectionNumber(on)) !== collection) return;
        await on.deleteFrom('condemned').execute();
        await on
          .updateTable('collection')
          .set({ number: collection + 1 })
          .where('id', '=', COLLECTION_ROW)
          .execute();
      }),

    forgetSpent: (options) =>
      db.transaction().execute(async (on) => {
        const spent = await forgetSpent(on, options);
        if (!options.dryRun) await sweepParts(on, capabilities);
        return spent;
      }),
  };
};

async function forgetCondemned(on: Sql, digests: readonly Digest[]): Promise<void> {
  if (digests.length > 0) await on.deleteFrom('condemned').where('digest', 'in', digests).execute();
}

async function keptArtifacts(db: Sql, releasedSince: number): Promise<readonly KeptArtifact[]> {
  const isValid = sql<boolean>`(cache_entry.expires_at is null or cache_entry.expires_at >= ${releasedSince})`;
  const made = await db
    .selectFrom('artifact')
    .select(['digest', 'format', 'version', 'size', 'name', 'refs'])
    .select(({ exists, selectFrom, or }) =>
      or([
        exists(selectFrom('step_run').select('id').whereRef('step_run.id', '=', 'artifact.step_run_id')),
        exists(
          selectFrom('step_run')
            .select('id')
            .whereRef('step_run.origin', '=', 'artifact.step_run_id')
            // As the index has it.
            .whereRef('step_run.origin', '<>', 'step_run.id'),
        ),
      ]).as('in_run'),
    )
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('cache_entry')
          .select('key')
          .whereRef('cache_entry.origin', '=', 'artifact.step_run_id')
          .where(isValid),
      ).as('in_cache'),
    )
    .distinct()
    .execute();
  const outputs = await db.selectFrom('step_run').select('output').where('output', 'is not', null).distinct().execute();
  const entries = await db.selectFrom('cache_entry').select('output').where(isValid).distinct().execute();
  const pins = await db.selectFrom('pin').select('artifact').execute();
  const released = await db
    .selectFrom('released_artifact')
    .select('artifact')
    .where('released_at', '>=', releasedSince)
    .execute();
  const all = (rows: readonly { readonly artifact: string }[], by: KeptBy): KeptArtifact[] =>
    rows.map(({ artifact }) => ({ artifact: fromJson(artifact), by }));
  const of = (rows: readonly { readonly output: string | null }[], by: KeptBy): KeptArtifact[] =>
    rows.flatMap(({ output }) => artifactsOf(fromJson<Output>(output)).map((artifact) => ({ artifact, by })));
  return [
    ...made.flatMap(({ in_run, in_cache, ...row }) => {
      const artifact = artifactOfRow(row);
      return [
        ...(in_run ? [{ artifact, by: 'run' as const }] : []),
        ...(in_cache ? [{ artifact, by: 'cache' as const }] : []),
      ];
    }),
    ...of(outputs, 'run'),
    ...of(entries, 'cache'),
    ...all(pins, 'pin'),
    ...all(released, 'released'),
  ];
}

async function forgetSpent(
  on: Sql,
  { before, dryRun }: Parameters<CollectionRecord['forgetSpent']>[0],
): ReturnType<CollectionRecord['forgetSpent']> {
  const expired = on.selectFrom('cache_entry').select(['key', 'origin as id', 'origin']);
  const entries = await expired.where('expires_at', '<', before).execute();
  const old = await on.selectFrom('released_artifact').select('id').where('released_at', '<', before).execute();
  if (!dryRun) {
    await on.deleteFrom('cache_entry').where('expires_at', '<', before).execute();
    // What they kept has had its time: it is not let go once more.
    await sweepOrphans(on, entries, undefined);
    await on.deleteFrom('released_artifact').where('released_at', '<', before).execute();
  }
  return { expired: entries.length, released: old.length };
}
