import { copyFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { canonicalDigest, DirectoryRef, FileRef, inputError, type StepContext, type StepTracker } from 'sluice';
import { listSamples, type Sample } from '../data/samples.ts';
import { trackFolder } from '../data/track-folder.ts';
import type { Architecture } from '../model/detector.ts';
import { exportOnnx } from '../model/export-onnx.ts';
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts';
import { argsYaml } from './args-yaml.ts';
import { openAugmentPool } from './augment-pool.ts';
import { checkSamples } from './check-samples.ts';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import { chooseOptimizer, type OptimizerSettings } from './choose-optimizer.ts';
import { drawPlots } from './draw-plots.ts';
import { openGraphs } from './open-graphs.ts';
import { resultsCsv } from './results-csv.ts';
import { type StartingPoint, startingPoint } from './starting-point.ts';
import { TrainLoader } from './train-loader.ts';
import { trainLoop } from './train-loop.ts';
import type { TrainOptions } from './train-options.ts';
import { trainPictures } from './train-pictures.ts';
import type { TrainState } from './train-state.ts';
import type { TrainedModel } from './trained-model.ts';
import { createValidator } from './validator.ts';

export interface TrainYoloInput {
  /** `images/` and `labels/`, as prepare_dataset leaves them. */
  readonly train: DirectoryRef;
  readonly val: DirectoryRef;
  readonly names: readonly string[];
  /** `yolov8n`; s, m, l, x alike. */
  readonly model: string;
  /** An `.onnx` or `.safetensors` to start from; null starts from scratch. */
  readonly weights: FileRef | null;
  readonly options: TrainOptions;
  readonly context: StepContext;
}

/** What is known of a training before it begins. */
interface Run {
  readonly input: TrainYoloInput;
  readonly train: readonly Sample[];
  readonly val: readonly Sample[];
  readonly settings: OptimizerSettings;
  readonly start: StartingPoint;
}

/** Cores for each thread that augments: it keeps up with about as many that train. */
const CORES_PER_WORKER = 4;
const MOST_WORKERS = 4;

/**
 * Trains a detector and writes everything that later steps and other tools need of it. Taken up from the checkpoint in `context.checkpointDir` when an earlier
 * attempt left one there. Equal inputs and threads give equal bytes in all files but results.csv.
 *
 * @throws ERR_INPUT for a split without pictures or boxes, for weights of another network, and for a loss that stays no number.
 */
export async function trainYolo(input: TrainYoloInput): Promise<TrainedModel> {
  const { model, names, weights: file, options } = input;
  if (options.epochs < 1) throw inputError(`${options.epochs} epochs train nothing.`, 'Set epochs to 1 or more.');
  const [train, val] = await Promise.all([listSamples(input.train.path), listSamples(input.val.path)]);
  checkSamples(train, names, 'training');
  checkSamples(val, names, 'validation');
  const settings = chooseOptimizer(options, train.length, names.length);
  const start = await startingPoint({ model, names, file, samples: train, options });
  const run: Run = { input, train, val, settings, start };
  await announce(run);

  // Before the training changes them in place.
  if (file) await writeSafetensors(startPath(input), start.weights, metadataOf(input));
  const checkpoints = openCheckpoints(input.context.checkpointDir, {
    fingerprint: fingerprintOf(run),
    metadata: metadataOf(input),
  });
  const state = await trainFrom(run, checkpoints);
  return writeResults(run, state, checkpoints.bestPath);
}

/** Opens graphs and worker threads, trains, closes them. */
async function trainFrom({ input, train, val, settings, start }: Run, checkpoints: Checkpoints): Promise<TrainState> {
  const { options, context, names } = input;
  const workers = Math.min(Math.max(1, Math.floor(availableParallelism() / CORES_PER_WORKER)), MOST_WORKERS);
  const pool = await openAugmentPool(workers, (reason) =>
    context.log.warn('No worker thread could start: pictures are augmented in the main thread.', { reason }),
  );
  try {
    const loader = new TrainLoader({ pictures: trainPictures(train, options.imgsz), pool, options });
    await drawPlots(loader, options, plotsPath(input));
    const graphs = await openGraphs(start.architecture, options, { train: train.length, val: val.length });
    try {
      const validator = createValidator({ ...graphs.validation, samples: val, imgsz: options.imgsz, names });
      const { architecture, weights } = start;
      const setup = { architecture, weights, options, settings, loader, validator, checkpoints, context };
      return await trainLoop({ ...setup, graphs: graphs.training });
    } finally {
      await graphs.close();
    }
  } finally {
    await pool.close();
  }
}

const startPath = ({ context }: TrainYoloInput): string => join(context.workDir, 'start.safetensors');
const plotsPath = ({ context }: TrainYoloInput): string => join(context.workDir, 'plots');

/** With the weights go the names of their classes: who starts from them matches classes by name. */
const metadataOf = ({ names, model }: TrainYoloInput): Record<string, string> => ({
  names: JSON.stringify(names),
  model,
});

/** Of everything that decides the course of a training. The pictures' bytes are the cache key's matter; their names catch a mix-up. */
function fingerprintOf({ input, train, val, start }: Run): string {
  return canonicalDigest({
    options: { ...input.options },
    architecture: [start.architecture.model, start.architecture.classWidth],
    names: [...input.names],
    weights: input.weights?.name ?? null,
    pictures: [train, val].map((samples) => samples.map(({ name, labels }) => [name, labels])),
  });
}

async function announce({ input, train, val, settings, start }: Run): Promise<void> {
  const { context, options, model } = input;
  const { optimizer, lr, auto } = settings;
  const { imported } = start;
  context.tracker.params({ ...options, model, weights: input.weights?.name ?? 'scratch' });
  await context.tracker.dataset(input.train, { context: 'training' });
  await context.tracker.dataset(input.val, { context: 'validation' });
  context.log.info(
    `${model} on ${train.length} pictures, validated on ${val.length}: ${optimizer} at ${lr}${auto ? ' (chosen by optimizer: auto, which ignores lr0 and momentum)' : ''}.`,
  );
  if (!imported) return;
  const fresh = imported.freshClasses;
  context.log.info(
    `Starting from ${input.weights?.name}${imported.folded ? ', its batch norms estimated on the training pictures' : ''}.`,
  );
  if (fresh.length > 0) context.log.warn(`It does not know ${fresh.join(', ')}: learned from scratch.`);
}

async function writeResults(run: Run, state: TrainState, bestPath: string): Promise<TrainedModel> {
  const { input, start, settings } = run;
  const { options, context, names, model, weights } = input;
  const out = (name: string): string => join(context.workDir, name);
  const { rows, seconds, best, epochs } = state.progress;
  await copyFile(bestPath, out('best.safetensors'));
  await writeSafetensors(out('last.safetensors'), state.average.weights, metadataOf(input));
  const { tensors } = await readSafetensors(bestPath);
  await exportOnnx(start.architecture, tensors, { imgsz: options.imgsz, path: out('best.onnx') });
  await writeFile(out('results.csv'), resultsCsv(rows, seconds));
  await writeFile(
    out('args.yaml'),
    argsYaml({ task: 'detect', model, weights: weights?.name ?? null, names, ...options }),
  );
  const files = {
    best: FileRef.of(out('best.safetensors')),
    last: FileRef.of(out('last.safetensors')),
    onnx: FileRef.of(out('best.onnx')),
    results: FileRef.of(out('results.csv')),
    args: FileRef.of(out('args.yaml')),
    plots: DirectoryRef.of(plotsPath(input)),
  };
  await showFiles(files, context.tracker);
  return {
    ...files,
    start: weights && FileRef.of(startPath(input)),
    history: rows,
    summary: {
      model,
      names,
      parameters: trainedNumbers(start.architecture),
      gflops: start.architecture.flops(options.imgsz) / 1e9,
      imgsz: options.imgsz,
      batch: options.batch,
      epochs,
      bestEpoch: best?.epoch ?? epochs,
      trainPictures: run.train.length,
      valPictures: run.val.length,
      optimizer: settings,
      startedFrom: weights?.name ?? null,
    },
  };
}

type Shown = Pick<TrainedModel, 'best' | 'last' | 'onnx' | 'results' | 'args' | 'plots'>;

/** Where users of Ultralytics look for them. */
async function showFiles({ best, last, onnx, results, args, plots }: Shown, tracker: StepTracker): Promise<void> {
  for (const weights of [best, last, onnx]) await tracker.artifact(weights, `weights/${weights.name}`);
  for (const file of [results, args]) await tracker.artifact(file);
  await trackFolder(plots, { tracker, under: 'plots' });
}

const trainedNumbers = ({ parameters }: Architecture): number =>
  parameters
    .filter(({ kind }) => kind !== 'buffer')
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
