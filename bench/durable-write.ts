import { closeSync, fsyncSync, mkdtempSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const WRITES = 50;

/** Milliseconds (median) of writing one small file so that it survives a power cut, as an artifact store may. */
export function durableWrite(folder: string): number {
  const dir = mkdtempSync(join(folder, 'durable-write-'));
  const times = Array.from({ length: WRITES }, (_, i) => {
    const start = performance.now();
    const file = openSync(join(dir, `t${i}`), 'wx');
    writeSync(file, `{"id":${i}}`);
    fsyncSync(file);
    closeSync(file);
    renameSync(join(dir, `t${i}`), join(dir, `f${i}`));
    return performance.now() - start;
  });
  rmSync(dir, { recursive: true });
  return times.toSorted((a, b) => a - b)[WRITES >> 1] ?? Number.NaN;
}
