import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where the user's pipelines are, and where this checkout keeps its local state. */
export interface Project {
  readonly dir: string;
  /** `.sluice` in `dir`, or SLUICE_HOME. */
  readonly home: string;
}

/** What makes a folder a project, the surest sign first. */
const SIGNS = ['stacks', '.sluice', 'package.json'] as const;

/** The project around `cwd`: the nearest folder upwards with a sign of one; `cwd` itself when there is none. */
export function findProject(cwd: string, env: NodeJS.ProcessEnv = process.env): Project {
  const dir = nearestProject(resolve(cwd));
  return { dir, home: env['SLUICE_HOME'] ? resolve(env['SLUICE_HOME']) : join(dir, '.sluice') };
}

/** Whether anything says that this folder is a project: a run makes one of any folder, a question does not. */
export const isProject = ({ dir, home }: Project): boolean =>
  existsSync(home) || SIGNS.some((sign) => existsSync(join(dir, sign)));

function nearestProject(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (SIGNS.some((sign) => existsSync(join(folder, sign)))) return folder;
    if (folder === dirname(folder)) return cwd;
  }
}
