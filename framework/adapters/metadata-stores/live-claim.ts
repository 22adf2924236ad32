import { sql } from 'kysely';

/** Claims that somebody holds. Written out, because a database uses the index of these rows only when it sees the words. */
export const liveClaim = sql<boolean>`expires_at > 0`;
