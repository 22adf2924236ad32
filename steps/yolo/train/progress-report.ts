import type { StepContext } from 'sluice';
import type { LossItems } from '../model/detector.ts';
import type { EpochRow } from './results-csv.ts';
import type { TrainProgress } from './train-state.ts';

/** The live line of a training: epoch, losses, last mAP50, pictures a second, time left. Nothing of it reaches the weights. */
export class ProgressReport {
  readonly #epochs: number;
  readonly #context: StepContext;
  #startedAt = 0;
  /** Seconds that earlier attempts of this training took. */
  #before = 0;
  /** Epochs that they had done. */
  #done = 0;
  #mAP50: number | undefined;
  #epoch = { number: 0, startedAt: 0, pictures: 0 };

  constructor(epochs: number, context: StepContext) {
    this.#epochs = epochs;
    this.#context = context;
  }

  start({ epochs, seconds, rows }: TrainProgress): void {
    this.#startedAt = performance.now();
    this.#before = seconds.at(-1) ?? 0;
    this.#done = epochs;
    this.#mAP50 = rows.at(-1)?.['metrics/mAP50(B)'];
  }

  /** Since the start of training, time between attempts not counted. */
  seconds(): number {
    return this.#before + (performance.now() - this.#startedAt) / 1000;
  }

  /** @param batch.done share of the epoch. */
  batchDone(batch: {
    readonly epoch: number;
    readonly done: number;
    readonly pictures: number;
    readonly loss: LossItems;
  }): void {
    const now = performance.now();
    if (batch.epoch !== this.#epoch.number) this.#epoch = { number: batch.epoch, startedAt: now, pictures: 0 };
    // The first batch of an epoch only starts the clock: when it began isn't known here.
    else this.#epoch.pictures += batch.pictures;
    const elapsed = (now - this.#epoch.startedAt) / 1000;
    this.#show(batch.epoch, batch.epoch - 1 + batch.done, batch.loss, this.#epoch.pictures / elapsed);
  }

  epochDone(row: EpochRow): void {
    this.#mAP50 = row['metrics/mAP50(B)'];
    const loss = { box: row['train/box_loss'], cls: row['train/cls_loss'], dfl: row['train/dfl_loss'] };
    this.#show(row.epoch, row.epoch, loss, Number.NaN);
    this.#context.log.info(
      `epoch ${row.epoch}/${this.#epochs}: ${lossText(loss)}, mAP50 ${row['metrics/mAP50(B)'].toFixed(3)}, mAP50-95 ${row['metrics/mAP50-95(B)'].toFixed(3)}`,
    );
  }

  #show(epoch: number, epochsDone: number, loss: LossItems, speed: number): void {
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    const here = epochsDone - this.#done;
    this.#context.progress({
      fraction: epochsDone / this.#epochs,
      fields: {
        epoch: `${epoch}/${this.#epochs}`,
        box: rounded(loss.box),
        cls: rounded(loss.cls),
        dfl: rounded(loss.dfl),
        ...(this.#mAP50 === undefined ? {} : { mAP50: rounded(this.#mAP50) }),
        ...(Number.isFinite(speed) ? { 'img/s': Math.round(speed) } : {}),
      },
      secondsLeft: (elapsed / here) * (this.#epochs - epochsDone),
    });
  }
}

const rounded = (value: number): number => Number(value.toFixed(3));

const lossText = ({ box, cls, dfl }: LossItems): string =>
  `box ${box.toFixed(3)}, cls ${cls.toFixed(3)}, dfl ${dfl.toFixed(3)}`;
