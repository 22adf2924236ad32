import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { sluiceError } from '../errors.ts';

/** Where the number of a machine's graphics processors comes from. */
export interface GpuSources {
  readonly env: NodeJS.ProcessEnv;
  /** How many NVIDIA ones the driver shows. */
  readonly nvidia: () => number;
}

/**
 * Graphics processors that this process may use: SLUICE_GPUS where it is set, else the NVIDIA ones, of them those that CUDA_VISIBLE_DEVICES
 * leaves. Others (Apple's, AMD's) have no driver that every machine can ask: there the variable says it, or the stack.
 * @throws ERR_USAGE when SLUICE_GPUS is no whole number.
 */
export function countGpus({ env, nvidia }: GpuSources = { env: process.env, nvidia: nvidiaGpus }): number {
  const said = env['SLUICE_GPUS'];
  if (said) {
    if (/^\d+$/.test(said)) return Number(said);
    throw sluiceError('ERR_USAGE', {
      message: `SLUICE_GPUS is "${said}": no number of graphics processors.`,
      hint: 'Set it to a whole number (SLUICE_GPUS=1), or remove it: NVIDIA ones are counted.',
    });
  }
  const visible = env['CUDA_VISIBLE_DEVICES'];
  return visible === undefined ? nvidia() : Math.min(nvidia(), visibleDevices(visible));
}

/** As CUDA reads it: what stands behind an empty or negative id is invisible. */
function visibleDevices(list: string): number {
  const ids = list.split(',').map((id) => id.trim());
  const end = ids.findIndex((id) => id === '' || id.startsWith('-'));
  return end === -1 ? ids.length : end;
}

/** For a driver that hangs. */
const PATIENCE_MS = 5000;

let counted: number | undefined;

/** The driver's own folder on Linux costs nothing; nvidia-smi knows it on Windows and in WSL. No driver: none. */
function nvidiaGpus(): number {
  counted ??= listedByDriver() || listedByTool();
  return counted;
}

function listedByDriver(): number {
  try {
    return readdirSync('/proc/driver/nvidia/gpus').length;
  } catch {
    return 0;
  }
}

function listedByTool(): number {
  const options = { encoding: 'utf8', timeout: PATIENCE_MS, windowsHide: true } as const;
  const { stdout } = spawnSync('nvidia-smi', ['-L'], options);
  return stdout?.match(/^GPU \d+:/gm)?.length ?? 0;
}
