import { join } from 'node:path';
import type { Stack } from '../components/stack.ts';
import { isProcessAlive } from '../is-process-alive.ts';
import { THIS_HOST } from '../this-host.ts';
import { removeFolder } from './remove-folder.ts';
import { tellTracker } from './tell-tracker.ts';

/**
 * An executor on another machine that has said nothing for this long is dead. Where executors have a heart, some 20 beats; elsewhere as long as the
 * lease of an inline step, which may block the only thread that beats.
 */
const SILENT_MS = { beaten: 120_000, unbeaten: 3_600_000 } as const;

/**
 * Marks the runs that nobody runs any more as `lost`; an executor of this machine is looked up by its process. Returns their ids.
 * The tracker hears of it: nothing is shown as running for ever. What they left in their scratch folders goes; checkpoints stay for the next attempt.
 */
export async function markLostRuns({
  metadataStore: store,
  experimentTracker,
  home,
}: Pick<Stack, 'metadataStore' | 'experimentTracker' | 'home'>): Promise<readonly string[]> {
  const silentForMs = SILENT_MS[store.capabilities.manyMachines ? 'beaten' : 'unbeaten'];
  const lost = await store.markLost({ host: THIS_HOST, isAlive: isProcessAlive, silentForMs });
  for (const id of lost) {
    const [run, steps] = await Promise.all([store.findRun(id), store.stepRuns(id)]);
    await removeFolder(join(home, 'work', id));
    if (run) await tellTracker(experimentTracker, (tracker) => tracker.runFinished(run, steps));
  }
  return lost;
}
