import type { RunMode } from '../model/run.ts';

/** What `--mode` takes. */
export const RUN_MODES: readonly RunMode[] = ['fail-fast', 'stop', 'continue'];
