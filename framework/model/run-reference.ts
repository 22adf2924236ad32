import type { RunRecord } from './run.ts';

/** What commands take for a run, as one word that a shell leaves alone, for whoever copies a command: its name, or its id where the name is not so plain. */
export const runReference = ({ name, id }: Pick<RunRecord, 'name' | 'id'>): string =>
  /^\w[\w.-]*$/.test(name) ? name : id;
