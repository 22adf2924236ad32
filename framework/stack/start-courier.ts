import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FlavorContext } from './flavor.ts';

/** Starts `sluice deliver-tracked` for a stack and forgets it: it delivers what a tracker was left with when its process ended. */
export function startCourier({
  stackName,
  projectDir,
  home,
  onTrackerProblem,
}: Pick<FlavorContext, 'stackName' | 'projectDir' | 'home' | 'onTrackerProblem'>): void {
  const child = spawn(process.execPath, [commandFile(), 'deliver-tracked', `--stack=${stackName}`], {
    cwd: projectDir,
    env: { ...process.env, SLUICE_HOME: home },
    detached: true,
    windowsHide: true,
    stdio: 'ignore',
  });
  // What waits is on disk: the next command delivers it.
  child.on('error', onTrackerProblem);
  child.unref();
}

/** `bin/sluice.js` of this package, above the bundle as above the source. */
function commandFile(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'bin', 'sluice.js');
    if (existsSync(file) || folder === dirname(folder)) return file;
  }
}
