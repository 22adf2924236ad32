import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readServiceState, type ServiceName, type ServiceRecord, serviceStateFile } from './service-state.ts';

/** Remembers a server, or forgets it. A reader sees the old state or the new one, whole; writers take the lock first. */
export function writeServiceState(name: ServiceName, record: ServiceRecord | undefined): void {
  const { [name]: _, ...others } = readServiceState();
  const file = serviceStateFile();
  mkdirSync(dirname(file), { recursive: true });
  const state = JSON.stringify(record ? { ...others, [name]: record } : others, null, 2);
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${state}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
}
