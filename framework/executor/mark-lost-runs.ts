import { hostname } from 'node:os';
import type { MetadataStore } from '../components/metadata-store.ts';
import { isProcessAlive } from './is-process-alive.ts';

/** An executor on another machine that has said nothing for this long is dead. As long as the lease of an inline step, which may block its process. */
const SILENT_MS = 3_600_000;

/** Marks the runs that nobody runs any more as `lost`; an executor of this machine is looked up by its process. Returns their ids. */
export const markLostRuns = (store: Pick<MetadataStore, 'markLost'>): Promise<readonly string[]> =>
  store.markLost({ host: hostname(), isAlive: isProcessAlive, silentForMs: SILENT_MS });
