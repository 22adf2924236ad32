import { sql } from 'kysely';

/** Runs and step runs that have not ended. Written out, because a database uses the index of these rows only when it sees the words. */
export const unfinished = sql<boolean>`status in ('pending', 'running')`;
