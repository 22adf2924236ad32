import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where programs are kept that `npm run services -- start` builds or installs: outside every checkout. */
export const serviceCache = (): string => join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice');

export type Program = 'postgres' | 'initdb' | 'minio' | 'mc' | 'mlflow' | 'psql' | 'go' | 'python3' | 'apt-get';

/** Folders, beside those of PATH, that hold a program. */
function usualFolders(program: Program): readonly string[] {
  if (program === 'minio' || program === 'mc') return [join(serviceCache(), 'bin')];
  if (program === 'mlflow') {
    return [join(serviceCache(), 'mlflow', process.platform === 'win32' ? 'Scripts' : 'bin')];
  }
  if (program === 'go') return ['/usr/local/go/bin'];
  if (program !== 'postgres' && program !== 'initdb' && program !== 'psql') return [];
  // Debian keeps the servers' programs out of PATH, a folder for each version.
  const versions = '/usr/lib/postgresql';
  const newestFirst = (a: string, b: string): number => Number(b) - Number(a);
  return directories(versions)
    .sort(newestFirst)
    .map((version) => join(versions, version, 'bin'));
}

/** The path of a program: from our own folder or the usual ones, else from PATH; undefined where it is not installed. */
export function findProgram(program: Program): string | undefined {
  const file = process.platform === 'win32' ? `${program}.exe` : program;
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = [...usualFolders(program), ...path].map((folder) => join(folder, file)).find(isProgram);
  // Postgres looks for its other files beside itself.
  return found === undefined || program === 'mlflow' ? found : realpathSync(found);
}

/** As `findProgram`. @throws an error that says how to get it. */
export function needProgram(program: Program): string {
  const found = findProgram(program);
  if (found === undefined)
    throw new Error(`There is no ${program}: npm run services -- start installs what is missing.`);
  return found;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function directories(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
