import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { messageOf } from './stored-error.ts';

/**
 * Removes a folder with all in it; most often it was never made. Windows may hold a file for a moment longer: tried again.
 * A folder that stays costs space and nothing else, so it never changes how a step or a run ends: Node prints a warning.
 */
export async function removeFolder(path: string): Promise<void> {
  if (!existsSync(path)) return;
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  } catch (error) {
    process.emitWarning(`Sluice: the folder ${path} could not be removed: ${messageOf(error)}`);
  }
}
