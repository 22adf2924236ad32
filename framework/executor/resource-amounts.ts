import { availableParallelism, totalmem } from 'node:os';
import { inputError } from '../errors.ts';
import type { Resources } from '../model/step-definition.ts';
import { countGpus } from './count-gpus.ts';
import type { Amounts } from './slots.ts';

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes of `2GiB`, `500 MB`, `1024`. @throws ERR_INPUT */
export function memoryBytes(memory: number | string): number {
  if (typeof memory === 'number') return memory;
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([kKMGT]?i?B)?$/.exec(memory) ?? [];
  const factor = UNITS[unit];
  if (number !== undefined && factor !== undefined) return Number(number) * factor;
  throw inputError(`"${memory}" is not an amount of memory.`, "Write a number and a unit: '512MiB', '2GiB'.");
}

/**
 * What steps may ask for: what was said (the later wins), else what this machine has. Its GPUs are counted when a step first asks for one, since a
 * driver may take its time.
 */
export function capacityOf(...said: readonly (Resources | undefined)[]): Amounts {
  const { cpu = availableParallelism(), memory = ownMemory(), gpu }: Resources = Object.assign({}, ...said);
  return {
    cpu,
    memory: memoryBytes(memory),
    get gpu() {
      return gpu ?? countGpus();
    },
  };
}

/** A container's limit, where there is one. */
function ownMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** `resources` of a step as amounts. A step that declares nothing counts only as one step. */
export const amountsOf = ({ cpu, memory, gpu }: Resources): Amounts => ({
  ...(cpu === undefined ? {} : { cpu }),
  ...(memory === undefined ? {} : { memory: memoryBytes(memory) }),
  ...(gpu === undefined ? {} : { gpu }),
});
