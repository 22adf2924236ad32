import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isProcessAlive } from '../../framework/is-process-alive.ts';

describe('isProcessAlive', () => {
  it('knows this process and one that is gone', () => {
    expect(isProcessAlive(process.pid)).toBe(true);
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    expect(isProcessAlive(pid)).toBe(false);
  });

  it('does not take a number that was given out again after a restart of the machine for the old process', () => {
    expect(isProcessAlive(process.pid, 0)).toBe(false);
  });
});
