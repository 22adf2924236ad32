import { join } from 'node:path';
import { tryLock } from '../../../hashing/process-lock.ts';
import { encodedRoot, type SpoolFile } from '../spool/spool.ts';
import type { EndLine, OpenLine } from '../spool/spool-line.ts';
import { type DeliveryOptions, deliverFile, deliverLines, type FileState } from './deliver-file.ts';
import { MlflowError } from './mlflow-error.ts';

export interface DeliveryRoundOptions {
  readonly delivery: DeliveryOptions;
  /** Files that this process writes, by path. */
  readonly own: ReadonlySet<string>;
  /** What this process knows of the files that it has delivered from. */
  readonly states: Map<string, FileState>;
  /** The end of a run whose process died without a word; undefined while the record does not say that it is over. */
  readonly orphanEnd: (head: OpenLine) => Promise<EndLine | undefined>;
  /** Nothing more will come of this file: it is gone. */
  readonly onDone: (file: SpoolFile) => void;
  /** Another process delivers a run at this moment. */
  readonly onBusy: () => void;
}

/**
 * Delivers everything that waits, run by run, those of this process first: somebody may be looking at them.
 * @throws the first fault, after everything was tried that it does not stop.
 */
export async function deliveryRound(options: DeliveryRoundOptions): Promise<void> {
  const { own, delivery } = options;
  const isOwn = (files: readonly SpoolFile[]): boolean => files.some(({ path }) => own.has(path));
  const groups = [...Map.groupBy(await delivery.spool.files(), ({ root }) => root)];
  const faults: unknown[] = [];
  for (const [root, files] of groups.sort(([, a], [, b]) => Number(isOwn(b)) - Number(isOwn(a)))) {
    try {
      await deliverRun(root, files, options);
    } catch (error) {
      faults.push(error);
      // A server that answers may take another run's entries.
      if (!(error instanceof MlflowError) || error.fault !== 'busy') break;
    }
  }
  if (faults.length > 0) throw faults[0];
}

async function deliverRun(root: string, files: readonly SpoolFile[], options: DeliveryRoundOptions): Promise<void> {
  const lock = tryLock(join(options.delivery.spool.folder, `${encodedRoot(root)}.lock`));
  if (!lock) return options.onBusy();
  let isDone = false;
  try {
    const done: boolean[] = [];
    for (const file of files) done.push(await deliverOne(file, options));
    isDone = done.every(Boolean);
  } finally {
    lock.release(isDone);
  }
}

/** @returns whether nothing more will come of this file. */
async function deliverOne(file: SpoolFile, options: DeliveryRoundOptions): Promise<boolean> {
  const { delivery, own, states } = options;
  const { spool } = delivery;
  // Its own process does it, and knows what was sent.
  if (!own.has(file.path) && spool.isHeld(file)) return false;
  const state = states.get(file.path) ?? { isNew: false, isDoubtful: true };
  states.set(file.path, state);
  await deliverFile(file, state, delivery);
  if (!(await spool.cursor(file)).isClosed) {
    if (own.has(file.path)) return false;
    // Its writer is dead. Without one whole line it has said nothing.
    const head = await spool.head(file);
    const end = head && (await options.orphanEnd(head));
    if (head && !end) return false;
    if (head && end) await deliverLines(head, [end], state, delivery);
  }
  await spool.remove(file);
  states.delete(file.path);
  options.onDone(file);
  return true;
}
