import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When a process was started, in words that only compare for equality; undefined when there is none of this id. With the id it names one
 * process for good: ids are given out again, the two together are not.
 */
export function processStartedAt(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // proc(5): field 22 in clock ticks since boot, counted after the name, which may hold spaces and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    const command =
      process.platform === 'win32'
        ? (['powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`]] as const)
        : (['ps', ['-o', 'lstart=', '-p', String(pid)]] as const);
    return execFileSync(command[0], command[1], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    // No such process: no such file under /proc, and ps and Get-Process fail.
    return undefined;
  }
}
