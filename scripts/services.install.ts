import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram, serviceCache } from '../tests/services/find-program.ts';
import type { ServiceName } from '../tests/services/service-state.ts';

/** The last commit of MinIO's repository; its tags can't be built by `go install`. AGPL: a program of its own, never a part of ours. */
const MINIO = 'github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c';
const MINIO_CLIENT = 'github.com/minio/mc@v0.0.0-20250313080218-cf909e1063a9';
/** What docker-compose.yml runs, so that both are the same MLflow. */
const MLFLOW = fileURLToPath(new URL('../docker/mlflow-requirements.txt', import.meta.url));

/**
 * Makes sure that a server's program is on this machine. What is built goes to our own cache folder and is found there the next time.
 *
 * @param say told what takes long
 * @throws when it can't be had, with what to do
 */
export async function installService(name: ServiceName, say: (text: string) => void): Promise<void> {
  if (name === 'postgres') await installPostgres(say);
  else if (name === 'mlflow') await installMlflow(say);
  else {
    await goInstall('minio', MINIO, say);
    // Makes buckets and users (docker/minio-init.sh), and is what our own transfers are measured against.
    await goInstall('mc', MINIO_CLIENT, say);
  }
}

async function installPostgres(say: (text: string) => void): Promise<void> {
  if (findProgram('postgres') && findProgram('initdb')) return;
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !findProgram('apt-get')) {
    throw new Error(
      'There is no Postgres server on this machine. Install one (Debian, Ubuntu: sudo apt-get install postgresql; macOS: brew install postgresql) and see that initdb and postgres are on PATH.',
    );
  }
  say('Installing Postgres (apt-get, about a minute)');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await call('apt-get', ['update', '-qq'], env);
  await call('apt-get', ['install', '-y', '-qq', 'postgresql'], env);
}

async function goInstall(program: 'minio' | 'mc', module: string, say: (text: string) => void): Promise<void> {
  if (findProgram(program)) return;
  const go = findProgram('go');
  if (go === undefined) {
    throw new Error(`There is no ${program} on this machine, and no Go to build it with (https://go.dev/doc/install).`);
  }
  const bin = join(serviceCache(), 'bin');
  mkdirSync(bin, { recursive: true });
  say(`Building ${program} (go install, two to ten minutes, once)`);
  await call(go, ['install', module], { GOBIN: bin });
}

async function installMlflow(say: (text: string) => void): Promise<void> {
  const home = join(serviceCache(), 'mlflow');
  const installed = join(home, 'installed.txt');
  const wanted = readFileSync(MLFLOW, 'utf8');
  if (findProgram('mlflow') && existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return;
  const python = findProgram('python3');
  if (python === undefined) throw new Error('MLflow needs Python 3.10 or newer with venv, and there is no python3.');
  say('Installing MLflow (pip, two to four minutes, once)');
  await call(python, ['-m', 'venv', home]);
  const inside = join(home, process.platform === 'win32' ? 'Scripts' : 'bin', 'python');
  await call(inside, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', MLFLOW]);
  writeFileSync(installed, wanted);
}

/** Runs a program to its end; what it prints goes to our standard error. */
async function call(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 2, 2] });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0)
    throw new Error(`${[command, ...args].join(' ')} failed (${signal ?? `exit ${code}`}); its words stand above.`);
}
