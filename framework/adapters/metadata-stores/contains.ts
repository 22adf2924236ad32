import { type RawBuilder, sql } from 'kysely';

/** Whether a text column contains `part`, whatever the case of ASCII letters. Reads every row or index entry that is left. */
export function contains(column: string, part: string): RawBuilder<boolean> {
  const pattern = `%${part.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  // The escape character is said, because databases differ in their default.
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}
