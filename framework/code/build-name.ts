import { basename } from 'node:path';

/**
 * Names this very build of the engine: its chunks are called by their content. What is kept on disk between runs is kept under it, because another
 * build may transform code, find its facts or add up a digest by other rules.
 */
export const BUILD = basename(import.meta.url);
