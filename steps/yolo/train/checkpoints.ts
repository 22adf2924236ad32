import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor, Weights } from '../model/detector.ts';
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts';
import type { TrainProgress, TrainState } from './train-state.ts';

/** Keeps a training's state between attempts. */
export interface Checkpoints {
  /** Fills `state` from the last checkpoint. @returns false, and nothing changed, without one of this very training. */
  restore(state: TrainState): Promise<boolean>;
  /** A kill at any moment leaves either the checkpoint before or this one. */
  save(state: TrainState): Promise<void>;
  saveBest(weights: Weights): Promise<void>;
  /** Averaged weights of the best epoch, as a file. */
  readonly bestPath: string;
}

/** What the tensors of a checkpoint belong to, as the first part of their names. */
const WEIGHTS = 'weights/';
const AVERAGE = 'average/';
const OPTIMIZER = 'optimizer/';
const GRADIENTS = 'gradients/';

/** The metadata of a checkpoint file. */
interface Header {
  readonly fingerprint: string;
  readonly progress: TrainProgress;
  readonly optimizerSteps: number;
  readonly averageUpdates: number;
}

/**
 * Checkpoints as one safetensors file in `folder`, written under another name, flushed, and renamed.
 *
 * @param of.fingerprint of the training's settings and data: a checkpoint of another training isn't taken up.
 * @param of.metadata goes into the file of the best weights.
 */
export function openCheckpoints(
  folder: string,
  { fingerprint, metadata }: { readonly fingerprint: string; readonly metadata: Readonly<Record<string, string>> },
): Checkpoints {
  const path = join(folder, 'checkpoint.safetensors');
  const bestPath = join(folder, 'best.safetensors');
  return {
    bestPath,
    async restore(state) {
      if (!existsSync(path)) return false;
      const { tensors, metadata: found } = await readSafetensors(path);
      const header = JSON.parse(found['training'] ?? '{}') as Partial<Header>;
      if (header.fingerprint !== fingerprint) return false;
      fill(state, tensors, header as Header);
      return true;
    },
    async save(state) {
      const { progress, optimizer, average } = state;
      const header: Header = {
        fingerprint,
        progress,
        optimizerSteps: optimizer.steps,
        averageUpdates: average.updates,
      };
      await replace(path, (draft) => writeSafetensors(draft, tensorsOf(state), { training: JSON.stringify(header) }));
    },
    saveBest: (weights) => replace(bestPath, (draft) => writeSafetensors(draft, weights, metadata)),
  };
}

function tensorsOf({ weights, average, optimizer, gradients }: TrainState): Weights {
  const tensors = new Map<string, Tensor>();
  for (const [name, tensor] of weights) tensors.set(WEIGHTS + name, tensor);
  for (const [name, tensor] of average.weights) tensors.set(AVERAGE + name, tensor);
  for (const [name, data] of optimizer.state) tensors.set(OPTIMIZER + name, { shape: [data.length], data });
  for (const [name, data] of gradients.waiting) tensors.set(GRADIENTS + name, { shape: [data.length], data });
  return tensors;
}

/** Overwrites the state in place: graphs and optimizer hold on to its arrays. */
function fill(state: TrainState, tensors: Weights, header: Header): void {
  for (const [name, { data }] of state.weights) data.set(tensors.get(WEIGHTS + name)!.data);
  for (const [name, { data }] of state.average.weights) data.set(tensors.get(AVERAGE + name)!.data);
  for (const [name, data] of state.optimizer.state) data.set(tensors.get(OPTIMIZER + name)!.data);
  const waiting = [...tensors].filter(([name]) => name.startsWith(GRADIENTS));
  state.gradients.drop();
  if (waiting.length > 0) {
    state.gradients.add(new Map(waiting.map(([name, { data }]) => [name.slice(GRADIENTS.length), data])));
  }
  state.optimizer.steps = header.optimizerSteps;
  state.average.updates = header.averageUpdates;
  state.progress = header.progress;
}

/** A whole new file or the old one, whatever happens; the writer flushes it. */
async function replace(path: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${path}.draft`;
  await write(draft);
  await rename(draft, path);
}
