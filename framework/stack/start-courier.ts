import { spawn } from 'node:child_process';
import { commandFile, findPackage } from '../find-package.ts';
import type { FlavorContext } from './flavor.ts';

/** Starts `sluice deliver-tracked` for a stack and forgets it: it delivers what a tracker was left with when its process ended. */
export function startCourier({
  stackName,
  projectDir,
  home,
  onTrackerProblem,
}: Pick<FlavorContext, 'stackName' | 'projectDir' | 'home' | 'onTrackerProblem'>): void {
  const folder = findPackage();
  // The next command delivers it.
  if (folder === undefined) return;
  const child = spawn(process.execPath, [commandFile(folder), 'deliver-tracked', `--stack=${stackName}`], {
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
