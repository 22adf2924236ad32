import { type RawBuilder, sql } from 'kysely';
import type { SqlCapabilities } from './metadata-schema.ts';

/** Whether a text column contains `part`, whatever the case of ASCII letters. Reads every row or index entry that is left. */
export function contains(
  column: string,
  part: string,
  { likeAnyCase }: Pick<SqlCapabilities, 'likeAnyCase'>,
): RawBuilder<boolean> {
  const pattern = `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  // The escape character is said, because databases differ in their default.
  return sql<boolean>`${sql.ref(column)} ${sql.raw(likeAnyCase)} ${pattern} escape '\\'`;
}
