import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from '../is-process-alive.ts';

const PREFIX = 'sluice-plain-call-';
/** Process ids mean nothing across containers that share a temporary folder, so what looks abandoned also has to be old. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

let folder: string | undefined;

/**
 * The folder of all plain calls in this process. Made by the first, removed when the process ends: until then what the calls returned may lie in it. A process that is
 * killed, as test runners do with their workers, can't remove it; the first plain call of a later one does.
 */
export function plainCallFolder(): string {
  if (folder === undefined) {
    removeAbandoned();
    const made = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isProcessAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (Date.now() - changed > ABANDONED_AFTER_MS) rmSync(path, { recursive: true, force: true });
  }
}
