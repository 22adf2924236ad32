import { type RawBuilder, sql } from 'kysely';

/** Greater than every character that an id has. */
const LAST = '\u{10ffff}';

/** Whether a key column begins with `prefix`: a range, which an index answers, where `like` needs a scan. */
export const startsWith = (column: string, prefix: string): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(column)} >= ${prefix} and ${sql.ref(column)} < ${prefix + LAST}`;
