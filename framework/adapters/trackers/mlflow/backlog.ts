import type { BacklogStatus } from '../../../components/experiment-tracker.ts';
import type { Spool, SpoolFile } from '../spool/spool.ts';
import { entriesIn } from '../spool/spool-line.ts';
import type { Refusals } from './refusals.ts';

/** Counts what waits in a spool, run by run, and what was refused. */
export async function backlogStatus(spool: Spool, refusals: Refusals): Promise<BacklogStatus> {
  const files = await spool.files();
  const counted = await Promise.all(files.map(async (file) => ({ file, entries: await waitingIn(file, spool) })));
  const waiting = counted.filter(({ entries }) => entries > 0);
  const runs = [...Map.groupBy(waiting, ({ file }) => file.root)].map(([runId, some]) => ({
    runId,
    entries: some.reduce((sum, { entries }) => sum + entries, 0),
    since: Math.min(...some.map(({ file }) => file.since)),
  }));
  const refused = refusals.count();
  return {
    waiting: runs.reduce((sum, { entries }) => sum + entries, 0),
    refused,
    runs,
    refusedFile: refused > 0 ? refusals.file : undefined,
  };
}

async function waitingIn(file: SpoolFile, spool: Spool): Promise<number> {
  let { offset } = await spool.cursor(file);
  for (let entries = 0; ; ) {
    const lines = await spool.read(file, offset);
    const last = lines.at(-1);
    if (!last) return entries;
    entries += entriesIn(lines.map(({ line }) => line));
    offset = last.end;
  }
}

/**
 * Whether there is an entry that is nobody's: what a living process writes, that one delivers.
 * @param own files that this process writes, by path; their locks are its own.
 */
export async function isWaiting(spool: Spool, own: ReadonlySet<string> = new Set()): Promise<boolean> {
  for (const file of await spool.files()) {
    if (!own.has(file.path) && !spool.isHeld(file) && (await waitingIn(file, spool)) > 0) return true;
  }
  return false;
}
