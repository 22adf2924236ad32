import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';

/** Removes a folder with all in it; most often it was never made. Windows may hold a file for a moment longer: tried again. */
export async function removeFolder(path: string): Promise<void> {
  if (existsSync(path)) await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
