import { join } from 'node:path';

/** The file below a project's home that says where its viewer runs. */
export const viewerStateFile = (home: string): string => join(home, 'viewer.json');
