import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpAnswers } from './http-answers.ts';
import { groupGone, signalGroup } from './process-group.ts';
import { processStartedAt } from './process-started-at.ts';
import type { Service, StartOptions } from './service.ts';
import { readServiceState, type ServiceName, type ServiceRecord } from './service-state.ts';
import { MINIO_HEALTH, startMinio } from './start-minio.ts';
import { MLFLOW_HEALTH, startMlflow } from './start-mlflow.ts';
import { postgresAnswers, startPostgres } from './start-postgres.ts';
import { writeServiceState } from './write-service-state.ts';

/** What a server of ours is doing: `silent` runs and does not answer, `absent` was never started. */
export type ServiceStatus = 'running' | 'silent' | 'stopped' | 'absent';

export interface StartedService {
  readonly name: ServiceName;
  readonly status: ServiceStatus;
  readonly url?: string;
  readonly pid?: number;
  readonly folder?: string;
  readonly log?: string;
}

interface Kind {
  readonly start: (options: StartOptions) => Promise<Service>;
  readonly answers: (url: string) => Promise<boolean>;
  readonly stopSignal: NodeJS.Signals;
}

const KINDS: Readonly<Record<ServiceName, Kind>> = {
  postgres: { start: startPostgres, answers: postgresAnswers, stopSignal: 'SIGINT' },
  minio: { start: startMinio, answers: (url) => httpAnswers(withPath(url, MINIO_HEALTH)), stopSignal: 'SIGTERM' },
  mlflow: { start: startMlflow, answers: (url) => httpAnswers(withPath(url, MLFLOW_HEALTH)), stopSignal: 'SIGTERM' },
};

export async function serviceStatus(name: ServiceName): Promise<StartedService> {
  const record = readServiceState()[name];
  if (record === undefined) return { name, status: 'absent' };
  const { url, folder, log, process } = record;
  if (process === undefined || !isRunning(process)) return { name, status: 'stopped', folder, log };
  const status = (await KINDS[name].answers(url)) ? 'running' : 'silent';
  return { name, status, url, pid: process.pid, folder, log };
}

/** Starts it as a daemon, on its earlier data where there are some; one that runs already is left alone, a silent one replaced. */
export async function startService(name: ServiceName): Promise<void> {
  const { status } = await serviceStatus(name);
  if (status === 'running') return;
  if (status === 'silent') await stopService(name);
  const earlier = readServiceState()[name];
  const again = earlier !== undefined && existsSync(earlier.folder) ? { folder: earlier.folder } : {};
  const service = await KINDS[name].start(again);
  const { url, port, folder, log, pid } = service;
  const startedAt = processStartedAt(pid);
  if (startedAt === undefined) throw new Error(`The new ${name} ended at once; its log: ${log}`);
  writeServiceState(name, { url, port, folder, log, process: { pid, startedAt } });
  // Until it is on record, it ends with us: nobody would find it.
  service.release();
}

/** Ends what `startService` started, and nothing else; waits until it is gone. Its data stay unless told otherwise. */
export async function stopService(name: ServiceName, { deleteData = false } = {}): Promise<void> {
  const record = readServiceState()[name];
  if (record === undefined) return;
  const { process: running, ...rest } = record;
  if (running && isRunning(running)) {
    process.kill(running.pid, KINDS[name].stopSignal);
    const patience = Date.now() + 30_000;
    while (isRunning(running)) {
      if (Date.now() > patience) signalGroup(running.pid, 'SIGKILL');
      await sleep(50);
    }
    await groupGone(running.pid);
  }
  if (deleteData) rmSync(record.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  writeServiceState(name, deleteData ? undefined : rest);
}

/** Whether the very process is there that was started then; an id alone is given out again. */
function isRunning({ pid, startedAt }: NonNullable<ServiceRecord['process']>): boolean {
  return processStartedAt(pid) === startedAt;
}

function withPath(url: string, path: string): string {
  const { origin } = new URL(url);
  return `${origin}${path}`;
}
