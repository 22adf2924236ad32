import { sql } from 'kysely';
import type { MetadataStore } from '../../components/metadata-store.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';
import { CANCEL_NOW } from './run-row.ts';
import { startsWith } from './starts-with.ts';
import { unfinished } from './unfinished.ts';

/** Some values of one statement. */
const SOME = 500;

type ExecutorQueries = Pick<
  MetadataStore,
  'registerExecutor' | 'executors' | 'heartbeat' | 'retireExecutor' | 'markLost'
>;

export const executorQueries = ({ db, now, capabilities: { serverClock } }: SqlContext): ExecutorQueries => ({
  async registerExecutor({ id, host, pid, startedAt }) {
    const row = { host, pid, started_at: startedAt, seen_at: serverClock ?? now() };
    await db
      .insertInto('executor')
      .values({ id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  },

  async executors() {
    const rows = await db.selectFrom('executor').selectAll().orderBy('id').execute();
    return rows.map(({ id, host, pid, started_at, seen_at }) => ({
      id,
      host,
      pid,
      startedAt: started_at,
      seenAt: seen_at,
    }));
  },

  async heartbeat(executor) {
    await db
      .updateTable('executor')
      .set({ seen_at: serverClock ?? now() })
      .where('id', '=', executor)
      .execute();
    const cancelled = await db
      .selectFrom('run')
      .select(['id', 'cancel_requested'])
      .where('executor', '=', executor)
      .where(unfinished)
      .where('cancel_requested', '>', 0)
      .execute();
    return cancelled.map(({ id, cancel_requested }) => ({
      id,
      how: cancel_requested === CANCEL_NOW ? 'now' : 'graceful',
    }));
  },

  retireExecutor: (executor) =>
    db.transaction().execute(async (on) => {
      await on.deleteFrom('executor').where('id', '=', executor).execute();
      await freeClaims(on, executor);
    }),

  async markLost({ host, isAlive, silentForMs }) {
    const silent = sql<number>`${serverClock ?? now()} - seen_at`.as('silent_ms');
    const executors = await db.selectFrom('executor').selectAll().select(silent).execute();
    const [alive, dead] = [new Map<string, number>(), new Map<string, number>()];
    for (const { id, seen_at, silent_ms, ...one } of executors) {
      const lives = one.host === host ? isAlive(one.pid, one.started_at) : silent_ms <= silentForMs;
      (lives ? alive : dead).set(id, seen_at);
    }
    const open = await db.selectFrom('run').select(['id', 'executor', 'cancel_requested']).where(unfinished).execute();
    const gone = open.filter(({ executor }) => !alive.has(executor));
    // What nearly every command meets: nothing to write.
    if (gone.length === 0 && dead.size === 0) return [];
    return db.transaction().execute(async (on) => {
      const lost: string[] = [];
      for (const { id, executor, cancel_requested } of gone) {
        // Whoever ended the process of a run that was to be cancelled did what was asked.
        const status = cancel_requested > 0 ? 'cancelled' : 'lost';
        if (await loseRun(on, id, { status, endedAt: dead.get(executor) ?? now() })) lost.push(id);
      }
      for (const id of dead.keys()) {
        await on.deleteFrom('executor').where('id', '=', id).execute();
        await freeClaims(on, id);
      }
      return lost;
    });
  },
});

interface End {
  readonly status: 'cancelled' | 'lost';
  /** The last sign of life. */
  readonly endedAt: number;
}

/** False when the run has ended by itself meanwhile. */
async function loseRun(on: Sql, id: string, { status, endedAt }: End): Promise<boolean> {
  const { numUpdatedRows } = await on
    .updateTable('run')
    .set({ status, ended_at: endedAt, duration_ms: sql`${endedAt} - coalesce(started_at, created_at)` })
    .where('id', '=', id)
    .where(unfinished)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) return false;
  const steps = await on.selectFrom('step_run').select('id').where('run_id', '=', id).where(unfinished).execute();
  const ids = steps.map((step) => step.id);
  for (let at = 0; at < ids.length; at += SOME) await loseSteps(on, ids.slice(at, at + SOME), { status, endedAt });
  return true;
}

async function loseSteps(on: Sql, ids: readonly string[], { status, endedAt }: End): Promise<void> {
  const end = { status, ended_at: endedAt } as const;
  await on.updateTable('attempt').set(end).where('step_run_id', 'in', ids).where(unfinished).execute();
  await on
    .updateTable('step_run')
    .set({ reason: 'The process of the run died before this step began.' })
    .where('id', 'in', ids)
    .where('status', '=', 'pending')
    .execute();
  await on.updateTable('step_run').set(end).where('id', 'in', ids).execute();
}

/** Gives back what a dead executor claimed, so that nobody waits for its leases to run out. Owners are `ID` or `ID/…`. */
async function freeClaims(on: Sql, executor: string): Promise<void> {
  await on
    .deleteFrom('claim')
    .where((eb) => eb.or([eb('owner', '=', executor), startsWith('owner', `${executor}/`)]))
    .execute();
}
