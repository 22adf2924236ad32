import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessLock } from '../../../hashing/process-lock.ts';
import type { Spool } from '../spool/spool.ts';
import { isWaiting } from './backlog.ts';
import type { CourierSeat } from './courier-seat.ts';

export interface DeliverAllOptions {
  readonly spool: Spool;
  readonly seat: CourierSeat;
  /** Delivers what the server takes; never throws. */
  readonly round: () => Promise<void>;
  /** Milliseconds after which a process gives up; the next run's goes on. Default: ten minutes, of which a server that is started again takes one. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 600_000;
/** While another process delivers the same run, or the server is starting. */
const FIRST_PAUSE_MS = 50;
/** A request that a process broke off when it ended may still be at work in the server: the run that it makes must be there before it is looked for. */
const LEAD_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** Delivers until nothing waits that no living process delivers itself; less and less often while the server is down. */
export async function deliverAll({ spool, seat, round, patienceMs = PATIENCE_MS }: DeliverAllOptions): Promise<void> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const lock = await taken(seat);
    if (!lock) return;
    try {
      await pause(LEAD_MS);
      await untilNothingWaits(end);
    } finally {
      lock.release(true);
    }
    // A run that ended while the seat was taken has left its entries to whoever had it.
    if (!(await isWaiting(spool))) return;
  }

  async function untilNothingWaits(until: number): Promise<void> {
    for (let wait = FIRST_PAUSE_MS; existsSync(spool.folder); wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      await round();
      if (Date.now() >= until || !(await isWaiting(spool))) return;
      await pause(Math.min(wait, until - Date.now()));
    }
  }
}

/** Twice, because who asks whether the seat is free has it for a moment. */
async function taken(seat: CourierSeat): Promise<ProcessLock | undefined> {
  const lock = seat.take();
  if (lock) return lock;
  await pause(FIRST_PAUSE_MS);
  return seat.take();
}
