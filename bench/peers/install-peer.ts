import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needProgram, serviceCache } from '../../tests/services/find-program.ts';
import type { Peer } from './peers.ts';

/**
 * Installs a peer from PyPI into a virtual environment of its own, outside every checkout, unless it is there already.
 *
 * @returns the path of that environment's Python
 * @throws when Python is missing or pip fails, with pip's last words
 */
export function installPeer({ name, version, requirements }: Peer): string {
  const home = join(serviceCache(), 'peers', `${name.toLowerCase()}-${version}`);
  const inside = process.platform === 'win32' ? join(home, 'Scripts', 'python.exe') : join(home, 'bin', 'python');
  const installed = join(home, 'installed.txt');
  const wanted = requirements.join('\n');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return inside;
  console.error(`Installing ${requirements.join(' ')} (pip, one to four minutes, once)`);
  mkdirSync(home, { recursive: true });
  call(needProgram('python3'), ['-m', 'venv', home]);
  call(inside, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements]);
  writeFileSync(installed, wanted);
  return inside;
}

function call(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}: ${stderr.slice(-600)}`);
}
