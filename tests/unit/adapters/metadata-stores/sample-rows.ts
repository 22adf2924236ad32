import type { DatabaseSync } from 'node:sqlite';

const DIGEST = 'a'.repeat(64);
const OUTPUT = JSON.stringify({ kind: 'value', value: { digest: DIGEST, format: 'json', version: 1, size: 3 } });

/** What a column of such a name holds in the sample: rows that belong together, as a run of one step leaves them. */
const VALUES: Readonly<Record<string, string | number | null>> = {
  'run.id': 'run-1',
  'run.name': 'name',
  run_id: 'run-1',
  origin_run: 'run-1',
  'step_run.id': 'run-1/load',
  step_run_id: 'run-1/load',
  origin: 'run-1/load',
  node: 'load',
  key: 'key-1',
  parts_id: 'parts-1',
  'key_parts.id': 'parts-1',
  base_id: null,
  parts: JSON.stringify([{ part: 'schema', digest: DIGEST, display: '1' }]),
  status: 'succeeded',
  mode: 'fail-fast',
  output: OUTPUT,
  digest: DIGEST,
  'tracked_value.kind': 'param',
  level: 'info',
  source: 'log',
  tags: '["text"]',
  params: '{}',
  plan: '{"pipeline":"text","nodes":[]}',
  result: 'null',
  environment: 'null',
  git: 'null',
  error: null,
  refs: null,
  'cache_entry.expires_at': null,
  segments: null,
  usage: null,
  'run_text.text': '{}',
  diff_id: null,
  notes: null,
  hook_failures: null,
  fields: null,
};

/** Tables whose rows migrations or others make, or that a run of one step leaves empty. */
const LEFT_OUT = new Set(['schema_version', 'collection', 'condemned', 'pin', 'released_artifact']);

/** An `insert` for each table of a database, whatever its version. */
export function sampleRows(database: DatabaseSync): readonly string[] {
  const tables = database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    .all();
  const rows = tables
    .map(({ name }) => String(name))
    .filter((table) => !LEFT_OUT.has(table))
    .map((table) => rowOf(database, table));
  return [...versionRows(database), ...rows];
}

function versionRows(database: DatabaseSync): readonly string[] {
  return ['schema_version', 'collection'].flatMap((table) => {
    const there = database.prepare('select 1 from sqlite_master where name = ?').get(table);
    const rows = there ? database.prepare(`select * from ${table}`).all() : [];
    return rows.map((row) => insertOf(table, row as Record<string, string | number | null>));
  });
}

function rowOf(database: DatabaseSync, table: string): string {
  const columns = database.prepare('select name, type from pragma_table_info(?)').all(table);
  const row = columns.map(({ name, type }) => [String(name), sampleOf(table, String(name), String(type))] as const);
  return insertOf(table, Object.fromEntries(row));
}

function sampleOf(table: string, column: string, type: string): string | number | null {
  for (const name of [`${table}.${column}`, column]) if (Object.hasOwn(VALUES, name)) return VALUES[name] ?? null;
  return type.toLowerCase().startsWith('text') ? 'text' : 1;
}

function insertOf(table: string, row: Readonly<Record<string, string | number | null>>): string {
  const values = Object.values(row).map((value) =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value),
  );
  return `insert into ${table} (${Object.keys(row).join(', ')}) values (${values.join(', ')});`;
}
