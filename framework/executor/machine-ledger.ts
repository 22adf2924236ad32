import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { isLockFree, tryLock } from '../hashing/process-lock.ts';
import type { Amounts } from './slots.ts';

/** How often who waits looks again. */
const LOOK_MS = 200;
const BUSY_MS = 10_000;

/** What steps of all runs on this machine hold of it, so that two commands don't both use its one GPU. Steps that declare no `resources` are not in it. */
export interface MachineLedger {
  /**
   * Waits until the machine has all of it to spare, in the order of asking: nobody who came later gets what an earlier one waits for.
   * @param onWait told once, when there is something to wait for: what is held, and by which processes.
   * @returns how to give it back; undefined when `closed` is aborted first.
   */
  take(wish: Amounts, options: TakeOptions): Promise<(() => void) | undefined>;
}

export interface TakeOptions {
  /** What there is in all. */
  readonly capacity: Amounts;
  readonly closed: AbortSignal;
  readonly onWait: (holders: readonly Holder[]) => void;
}

export interface Holder {
  readonly pid: number;
  readonly amounts: Amounts;
}

interface Row {
  readonly id: number;
  readonly owner: string;
  readonly pid: number;
  readonly amounts: Amounts;
  readonly isHeld: boolean;
}

/** Folder of this user's state on this machine. SLUICE_STATE_DIR says it where the home folder is not the machine's alone. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['SLUICE_STATE_DIR']) return env['SLUICE_STATE_DIR'];
  const home = homedir();
  if (process.platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'sluice');
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'sluice');
  return join(env['XDG_STATE_HOME'] ?? join(home, '.local', 'state'), 'sluice');
}

/** One for a process, opened when a step first asks: all its runs share it. */
export function createMachineLedger(folder: () => string = stateFolder): MachineLedger {
  let opened: ReturnType<typeof openLedger> | undefined;
  return {
    async take(wish, { capacity, closed, onWait }) {
      opened ??= openLedger(folder());
      const ledger = opened;
      const id = ledger.ask(wish);
      const giveUp = (): void => ledger.remove(id);
      try {
        for (let hasSaid = false; ; ) {
          if (closed.aborted) break;
          const holders = ledger.grant(id, capacity);
          if (holders === undefined) return giveUp;
          if (!hasSaid) onWait(holders);
          hasSaid = true;
          await pause(LOOK_MS, undefined, { signal: closed }).catch(() => {});
        }
      } catch (error) {
        giveUp();
        throw error;
      }
      giveUp();
      return undefined;
    },
  };
}

function openLedger(folder: string) {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, 'resources.db'), { timeout: BUSY_MS });
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS entry (
      id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, pid INTEGER NOT NULL, amounts TEXT NOT NULL, is_held INTEGER NOT NULL
    )`);
  const owner = randomBytes(8).toString('hex');
  const lockOf = (name: string): string => join(folder, `owner-${name}.lock`);
  sweepLocks(folder);
  const lock = tryLock(lockOf(owner));
  process.once('exit', () => lock?.release(true));

  const add = database.prepare('INSERT INTO entry (owner, pid, amounts, is_held) VALUES (?, ?, ?, 0)');
  const all = database.prepare('SELECT * FROM entry ORDER BY id');
  const hold = database.prepare('UPDATE entry SET is_held = 1 WHERE id = ?');
  const removeOne = database.prepare('DELETE FROM entry WHERE id = ?');
  const removeOwner = database.prepare('DELETE FROM entry WHERE owner = ?');

  function living(): Row[] {
    const rows = all.all().map((row) => ({
      id: Number(row['id']),
      owner: String(row['owner']),
      pid: Number(row['pid']),
      amounts: JSON.parse(String(row['amounts'])) as Amounts,
      isHeld: row['is_held'] === 1,
    }));
    const others = [...new Set(rows.map((row) => row.owner))].filter((name) => name !== owner);
    const gone = new Set(others.filter((name) => isLockFree(lockOf(name))));
    for (const name of gone) removeOwner.run(name);
    return rows.filter((row) => !gone.has(row.owner));
  }

  /** One process at a time judges and writes. */
  function inTurn<R>(body: () => R): R {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = body();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  return {
    ask: (wish: Amounts): number => Number(add.run(owner, process.pid, JSON.stringify(wish)).lastInsertRowid),
    remove: (id: number): void => void removeOne.run(id),
    /** Undefined when it is granted, else who holds what is missing. */
    grant: (id: number, capacity: Amounts): readonly Holder[] | undefined =>
      inTurn(() => {
        const rows = living();
        const own = rows.find((row) => row.id === id);
        if (!own) throw new Error('The entry of this step in the ledger of the machine is gone.');
        // Those who wait since before count as if they held it: nobody overtakes them, and so nobody waits for ever.
        const before = rows.filter((row) => row.isHeld || row.id < id);
        if (fits(own.amounts, before, capacity)) {
          hold.run(id);
          return undefined;
        }
        return before.map(({ pid, amounts }) => ({ pid, amounts }));
      }),
  };
}

/** A lock file that is younger may not be locked yet. */
const YOUNG_MS = 60_000;

/** Removes what processes left that were killed while they held nothing. */
function sweepLocks(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (/^owner-\w+\.lock$/.test(name) && age > YOUNG_MS) isLockFree(file);
  }
}

/** Things of which the capacity is not known are not limited. */
function fits(wish: Amounts, others: readonly Row[], capacity: Amounts): boolean {
  return Object.entries(wish).every(([name, amount]) => {
    const taken = others.reduce((sum, { amounts }) => sum + (amounts[name] ?? 0), 0);
    return amount + taken <= (capacity[name] ?? Number.POSITIVE_INFINITY);
  });
}

/** The ledger of this process. */
export const machineLedger: MachineLedger = createMachineLedger();
