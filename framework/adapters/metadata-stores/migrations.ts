import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { MetadataSchema, SqlCapabilities } from './metadata-schema.ts';
import { briefClaims } from './migrations/brief-claims.ts';
import { addCodeText } from './migrations/code-text.ts';
import { addGarbageCollection } from './migrations/garbage-collection.ts';
import { leanIndices } from './migrations/lean-indices.ts';
import { indexLiveClaims } from './migrations/live-claims.ts';
import { addRecording } from './migrations/recording.ts';
import { addRunLinks } from './migrations/run-links.ts';
import { addRunTally } from './migrations/run-tally.ts';
import { addRunValues } from './migrations/run-values.ts';
import { shareKeyParts } from './migrations/shared-key-parts.ts';
import { unfinished } from './unfinished.ts';

/** Brings the schema from version `n` to `n + 1`. */
export type Migration = (db: Transaction<MetadataSchema>, capabilities: SqlCapabilities) => Promise<void>;

/**
 * The n-th takes a database from version n-1 to n. Stored databases have gone through them: never change one, add one.
 * Types are the few that every SQL database has: text, integer (32 bits), bigint, double precision.
 */
export const MIGRATIONS: readonly Migration[] = [
  createTables,
  addOwnObjects,
  addCodeText,
  addRecording,
  addGarbageCollection,
  addRunValues,
  addRunLinks,
  leanIndices,
  indexLiveClaims,
  addRunTally,
  shareKeyParts,
  briefClaims,
];

async function createTables(db: Transaction<MetadataSchema>, { keyType, keyedTable }: SqlCapabilities): Promise<void> {
  const kinds = { key: sql.raw<string>(keyType), keyed: sql.raw<string>(keyedTable) };
  const { key } = kinds;
  const { schema } = db;
  await schema
    .createTable('executor')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('pid', 'integer', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('seen_at', 'bigint', (c) => c.notNull())
    .execute();

  await schema
    .createTable('run')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('pipeline', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('stack', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('duration_ms', 'bigint', (c) => c.notNull())
    .addColumn('executor', 'text', (c) => c.notNull())
    .addColumn('cancel_requested', 'integer', (c) => c.notNull())
    .addColumn('mode', 'text', (c) => c.notNull())
    .addColumn('resumed_from', 'text')
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('tags', 'text', (c) => c.notNull())
    .addColumn('params', 'text', (c) => c.notNull())
    .addColumn('plan', 'text', (c) => c.notNull())
    .addColumn('result', 'text', (c) => c.notNull())
    .addColumn('error', 'text')
    .execute();
  // Holds every column that a list of runs filters on: a rare match among 100,000 is found without reading one row.
  await schema
    .createIndex('run_newest')
    .on('run')
    .columns(['created_at', 'id', 'name', 'pipeline', 'status', 'stack'])
    .execute();
  await schema.createIndex('run_longest').on('run').columns(['duration_ms', 'id']).execute();
  await schema.createIndex('run_name').on('run').columns(['name', 'created_at']).execute();
  // Only those that somebody may have to declare lost; a whole index of `status` would lure the planner away from `run_newest`.
  await schema.createIndex('run_unfinished').on('run').columns(['executor', 'id']).where(unfinished).execute();

  await schema
    .createTable('run_tag')
    .addColumn('tag', key, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('run_id', key, (c) => c.notNull())
    .addPrimaryKeyConstraint('run_tag_key', ['tag', 'created_at', 'run_id'])
    .modifyEnd(kinds.keyed)
    .execute();
  await schema.createIndex('run_tag_run').on('run_tag').column('run_id').execute();

  await createStepTables(db, kinds);
  await createCacheTables(db, kinds);
  await createTrackingTables(db, kinds);
}

interface Kinds {
  readonly key: RawBuilder<string>;
  readonly keyed: RawBuilder<string>;
}

async function createStepTables({ schema }: Transaction<MetadataSchema>, { key, keyed }: Kinds): Promise<void> {
  await schema
    .createTable('step_run')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('run_id', key, (c) => c.notNull())
    .addColumn('position', 'integer', (c) => c.notNull())
    .addColumn('node', 'text', (c) => c.notNull())
    .addColumn('step', 'text', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('key', key)
    .addColumn('parts_id', key)
    .addColumn('origin', key)
    .addColumn('reason', 'text')
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('started_at', 'bigint')
    .addColumn('ended_at', 'bigint')
    .addColumn('output', 'text')
    .addColumn('error', 'text')
    .execute();
  await schema.createIndex('step_run_run').on('step_run').columns(['run_id', 'position']).execute();
  await schema.createIndex('step_run_recent').on('step_run').columns(['step', 'status', 'ended_at', 'id']).execute();
  await schema.createIndex('step_run_origin').on('step_run').column('origin').execute();
  await schema.createIndex('step_run_parts').on('step_run').column('parts_id').execute();

  await schema
    .createTable('attempt')
    .addColumn('step_run_id', key, (c) => c.notNull())
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('started_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('attempt_key', ['step_run_id', 'attempt'])
    .modifyEnd(keyed)
    .execute();

  await schema
    .createTable('log_line')
    .addColumn('step_run_id', key, (c) => c.notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('attempt', 'integer', (c) => c.notNull())
    .addColumn('time', 'bigint', (c) => c.notNull())
    .addColumn('level', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('message', 'text', (c) => c.notNull())
    .addColumn('fields', 'text')
    .addPrimaryKeyConstraint('log_line_key', ['step_run_id', 'seq'])
    .modifyEnd(keyed)
    .execute();
}

async function createCacheTables({ schema }: Transaction<MetadataSchema>, { key, keyed }: Kinds): Promise<void> {
  await schema
    .createTable('key_parts')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('parts', 'text', (c) => c.notNull())
    .execute();

  await schema
    .createTable('cache_entry')
    .addColumn('key', key, (c) => c.primaryKey())
    .addColumn('step', 'text', (c) => c.notNull())
    .addColumn('origin', key, (c) => c.notNull())
    .addColumn('origin_run', key, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('parts_id', key, (c) => c.notNull())
    .addColumn('output', 'text', (c) => c.notNull())
    .modifyEnd(keyed)
    .execute();
  await schema.createIndex('cache_entry_newest').on('cache_entry').columns(['created_at', 'key', 'step']).execute();
  await schema.createIndex('cache_entry_origin').on('cache_entry').columns(['origin']).execute();
  await schema.createIndex('cache_entry_parts').on('cache_entry').column('parts_id').execute();

  await schema
    .createTable('claim')
    .addColumn('key', key, (c) => c.primaryKey())
    .addColumn('owner', key, (c) => c.notNull())
    .addColumn('fence', 'integer', (c) => c.notNull())
    .addColumn('expires_at', 'bigint', (c) => c.notNull())
    .modifyEnd(keyed)
    .execute();
}

async function createTrackingTables({ schema }: Transaction<MetadataSchema>, { key, keyed }: Kinds): Promise<void> {
  await schema
    .createTable('artifact')
    .addColumn('step_run_id', key, (c) => c.notNull())
    .addColumn('field', 'text', (c) => c.notNull())
    .addColumn('digest', key, (c) => c.notNull())
    .addColumn('run_id', key, (c) => c.notNull())
    .addColumn('step', 'text', (c) => c.notNull())
    .addColumn('format', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('size', 'bigint', (c) => c.notNull())
    .addColumn('name', 'text')
    .addColumn('refs', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('artifact_key', ['step_run_id', 'field', 'digest'])
    .modifyEnd(keyed)
    .execute();
  await schema.createIndex('artifact_digest').on('artifact').column('digest').execute();
  await schema.createIndex('artifact_newest').on('artifact').columns(['created_at', 'step_run_id', 'field']).execute();

  await schema
    .createTable('tracked_value')
    .addColumn('step_run_id', key, (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('tracked_value_key', ['step_run_id', 'kind', 'name'])
    .modifyEnd(keyed)
    .execute();

  await schema
    .createTable('tracked_metric')
    .addColumn('step_run_id', key, (c) => c.notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('step', 'double precision', (c) => c.notNull())
    .addColumn('time', 'bigint', (c) => c.notNull())
    .addColumn('value', 'double precision')
    .addPrimaryKeyConstraint('tracked_metric_key', ['step_run_id', 'seq'])
    .modifyEnd(keyed)
    .execute();
}

async function addOwnObjects(db: Transaction<MetadataSchema>, capabilities: SqlCapabilities): Promise<void> {
  await capabilities.addOwnObjects?.(db);
}
