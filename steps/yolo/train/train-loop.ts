import type { StepContext } from 'sluice';
import { inputError } from 'sluice';
import type { Architecture, LossItems, TrainBatch, TrainGraph, Weights } from '../model/detector.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { OptimizerSettings } from './choose-optimizer.ts';
import { adamW, type Optimizer, sgd } from './optimizer.ts';
import { ProgressReport } from './progress-report.ts';
import type { EpochRow } from './results-csv.ts';
import { Schedule, type Setting, wantedAccumulation } from './schedule.ts';
import type { TrainLoader } from './train-loader.ts';
import type { TrainOptions } from './train-options.ts';
import { freshState, type TrainProgress, type TrainState } from './train-state.ts';
import { updateRunningStatistics } from './update-running-statistics.ts';
import { meanLoss, type Validation, type Validator } from './validator.ts';

/** Longest gradient of one step. A picture that goes badly wrong early on would otherwise throw the weights far away. */
const LONGEST_GRADIENT = 10;
/** Batches that `weight_decay` is meant for hold this many pictures; larger or smaller ones scale it. */
const DECAY_PICTURES = 64;
/** Times that training goes back to the last checkpoint when the loss is no number, each time with other augmentation. */
const MOST_ATTEMPTS = 3;

export interface TrainSetup {
  readonly architecture: Architecture;
  /** Starting weights; trained in place. */
  readonly weights: Weights;
  readonly options: TrainOptions;
  readonly settings: OptimizerSettings;
  readonly loader: TrainLoader;
  /** By the number of pictures in a batch: the usual one and that of an epoch's last batch. */
  readonly graphs: ReadonlyMap<number, TrainGraph>;
  readonly validator: Validator;
  readonly checkpoints: Checkpoints;
  readonly context: StepContext;
}

/**
 * Trains until the epochs are done or `patience` is at its end, from the last checkpoint if there is one. After every epoch: validation of the averaged weights,
 * one row of results, a checkpoint. Equal set-ups give equal weights, bit for bit, interrupted or not.
 *
 * @throws ERR_INPUT when the loss is no number again and again; whatever aborts the signal, with the last checkpoint kept.
 */
export async function trainLoop(setup: TrainSetup): Promise<TrainState> {
  const { options, loader, validator, checkpoints, context } = setup;
  const optimizer = createOptimizer(setup);
  const schedule = new Schedule(options, setup.settings, loader.batches);
  const report = new ProgressReport(options.epochs, context);
  const state = freshState(setup.weights, optimizer);
  if (await checkpoints.restore(state)) {
    context.log.info(`Continuing after epoch ${state.progress.epochs} from its checkpoint.`);
  }
  report.start(state.progress);

  while (state.progress.epochs < options.epochs && !outOfPatience(state.progress, options.patience)) {
    const trained = await trainEpoch(setup, state, { schedule, report });
    if (!trained) {
      await goBack(setup, state);
      continue;
    }
    const validation = await validator.validate(state.average.weights, context.signal);
    const row = resultsRow(state.progress.epochs + 1, trained, validation);
    const fitness = validation.metrics.mAP50_95;
    const better = !state.progress.best || fitness >= state.progress.best.fitness;
    state.progress = {
      ...state.progress,
      epochs: row.epoch,
      best: better ? { epoch: row.epoch, fitness } : state.progress.best,
      rows: [...state.progress.rows, row],
      seconds: [...state.progress.seconds, report.seconds()],
    };
    if (better) await checkpoints.saveBest(state.average.weights);
    await checkpoints.save(state);
    context.tracker.metrics(withoutEpoch(row), { step: row.epoch });
    report.epochDone(row);
  }
  return state;
}

function createOptimizer({ architecture, options, settings }: TrainSetup): Optimizer {
  const decay = (options.weight_decay * options.batch * wantedAccumulation(options)) / DECAY_PICTURES;
  return (settings.optimizer === 'SGD' ? sgd : adamW)(architecture.parameters, decay);
}

const outOfPatience = ({ epochs, best }: TrainProgress, patience: number): boolean =>
  patience > 0 && best !== null && epochs - best.epoch >= patience;

interface TrainedEpoch {
  readonly loss: LossItems;
  /** Of the last batch. */
  readonly rates: Setting;
}

/** One pass over all pictures. @returns undefined as soon as a loss is no number. */
async function trainEpoch(
  setup: TrainSetup,
  state: TrainState,
  run: { readonly schedule: Schedule; readonly report: ProgressReport },
): Promise<TrainedEpoch | undefined> {
  const { loader, context } = setup;
  const { epochs, attempt } = state.progress;
  const losses: LossItems[] = [];
  let rates = run.schedule.at(epochs * loader.batches);
  for await (const batch of loader.epoch(epochs, attempt)) {
    context.signal.throwIfAborted();
    const number = epochs * loader.batches + losses.length;
    rates = run.schedule.at(number);
    const loss = await trainBatch(setup, state, batch, { rates, number });
    if (!Number.isFinite(loss.box + loss.cls + loss.dfl)) return undefined;
    losses.push(loss);
    run.report.batchDone({
      epoch: epochs + 1,
      done: losses.length / loader.batches,
      pictures: batch.targets.length,
      loss: meanLoss(losses),
    });
  }
  return { loss: meanLoss(losses), rates };
}

/** Forward, backward, and a step of the optimizer when enough batches have gone by since the last one. */
async function trainBatch(
  { graphs }: TrainSetup,
  state: TrainState,
  batch: TrainBatch,
  { rates, number }: { readonly rates: Setting; readonly number: number },
): Promise<LossItems> {
  const { loss, gradients, batchStatistics } = await graphs.get(batch.targets.length)!.step(state.weights, batch);
  updateRunningStatistics(state.weights, batchStatistics);
  state.gradients.add(gradients);
  if (number - state.progress.lastStep >= rates.accumulate) {
    state.optimizer.step(state.weights, state.gradients.take(LONGEST_GRADIENT), rates);
    state.average.update(state.weights);
    state.progress = { ...state.progress, lastStep: number };
  }
  return loss;
}

async function goBack({ checkpoints, context }: TrainSetup, state: TrainState): Promise<void> {
  const epoch = state.progress.epochs + 1;
  const attempt = state.progress.attempt + 1;
  if (attempt > MOST_ATTEMPTS || !(await checkpoints.restore(state))) {
    throw inputError(
      `The loss is no longer a number in epoch ${epoch}${attempt > 1 ? `, after going back ${attempt - 1} times` : ''}.`,
      'Lower lr0 (or name an optimizer: auto ignores lr0), lengthen warmup_epochs, and look at the labels.',
    );
  }
  context.log.warn(
    `The loss is no number in epoch ${epoch}: back to the checkpoint before it (${attempt} of ${MOST_ATTEMPTS}).`,
  );
  state.progress = { ...state.progress, attempt };
}

function resultsRow(epoch: number, { loss, rates }: TrainedEpoch, { metrics, loss: val }: Validation): EpochRow {
  return {
    epoch,
    'train/box_loss': loss.box,
    'train/cls_loss': loss.cls,
    'train/dfl_loss': loss.dfl,
    'metrics/precision(B)': metrics.precision,
    'metrics/recall(B)': metrics.recall,
    'metrics/mAP50(B)': metrics.mAP50,
    'metrics/mAP50-95(B)': metrics.mAP50_95,
    'val/box_loss': val.box,
    'val/cls_loss': val.cls,
    'val/dfl_loss': val.dfl,
    'lr/pg0': rates.lr,
    'lr/pg1': rates.lr,
    'lr/pg2': rates.biasLr,
  };
}

function withoutEpoch({ epoch: _, ...figures }: EpochRow): Record<string, number> {
  return figures;
}
