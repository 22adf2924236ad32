import { readFile, rm } from 'node:fs/promises';
import { isProcessAlive } from '../is-process-alive.ts';
import { replaceFile } from '../stack/files/write-file.ts';
import { THIS_HOST } from '../this-host.ts';
import { viewerStateFile } from './viewer-state-file.ts';

/** Where a project's viewer is to be found. */
export interface ViewerState {
  /** Without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  readonly host: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly stack: string;
}

/** Says that a viewer runs, so that commands can print the link of a run. Returns what takes it back. */
export async function announceViewer(
  home: string,
  { url, stack }: Pick<ViewerState, 'url' | 'stack'>,
): Promise<() => Promise<void>> {
  const state: ViewerState = { url, pid: process.pid, host: THIS_HOST, startedAt: Date.now(), stack };
  await replaceFile(viewerStateFile(home), `${JSON.stringify(state)}\n`);
  return async () => {
    // Of two viewers of one project the later one stands there.
    if ((await readState(home))?.pid === process.pid) await rm(viewerStateFile(home), { force: true });
  };
}

/** The viewer of a project on this machine; undefined when none runs. */
export async function runningViewer(home: string): Promise<ViewerState | undefined> {
  const state = await readState(home);
  return state && state.host === THIS_HOST && isProcessAlive(state.pid, state.startedAt) ? state : undefined;
}

/** Every run asks: no schema library is loaded for five fields that this file itself wrote. */
async function readState(home: string): Promise<ViewerState | undefined> {
  try {
    const { url, pid, host, startedAt, stack } = JSON.parse(
      await readFile(viewerStateFile(home), 'utf8'),
    ) as ViewerState;
    return typeof url === 'string' && typeof pid === 'number' ? { url, pid, host, startedAt, stack } : undefined;
  } catch {
    // None, or half of one from a disk that was full: no viewer that could be named.
    return undefined;
  }
}
