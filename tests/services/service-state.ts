import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceCache } from './find-program.ts';

export type ServiceName = 'postgres' | 'minio' | 'mlflow';
export const SERVICE_NAMES: readonly ServiceName[] = ['postgres', 'minio', 'mlflow'];

/** What `npm run services -- start` remembers of a server that it started. */
export interface ServiceRecord {
  /** With its credentials. */
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly log: string;
  /** Absent when it was stopped. */
  readonly process?: { readonly pid: number; readonly startedAt: string };
}

export type ServiceState = Readonly<Partial<Record<ServiceName, ServiceRecord>>>;

/** Holds passwords: for this user's eyes only. SLUICE_SERVICES_FILE names another one, for a set of servers of its own. */
export const serviceStateFile = (): string =>
  process.env['SLUICE_SERVICES_FILE'] || join(serviceCache(), 'services.json');

/** What was started on this machine by this user; empty when nothing ever was. */
export function readServiceState(): ServiceState {
  const file = serviceStateFile();
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ServiceState) : {};
}
