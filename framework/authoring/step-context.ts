import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { DirectoryRef } from '../materializers/directory-ref.ts';
import type { FileRef } from '../materializers/file-ref.ts';
import type { Progress } from '../model/run-event.ts';
import { plainCallFolder } from './plain-call-folder.ts';

/** What a step tells the experiment tracker. Never fails the step. */
export interface StepTracker {
  params(values: Readonly<Record<string, string | number | boolean>>): void;
  /** @param at.step the point of the series (epoch, batch); default: one after the last of this name. */
  metrics(values: Readonly<Record<string, number>>, at?: { readonly step?: number }): void;
  tag(name: string, value: string): void;
  /** A file to show with the run; copied now. */
  artifact(file: FileRef, name?: string): Promise<void>;
  /**
   * Data that the step works on, shown with the run by its digest: the one of the artifact that it came from.
   * @param facts.context what for: `training`, `validation`. @param facts.name default: the file's or folder's own.
   */
  dataset(data: FileRef | DirectoryRef, facts: { readonly context: string; readonly name?: string }): Promise<void>;
}

export interface StepLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a running step can reach beside its arguments. */
export interface StepContext {
  /** Absent in a plain call outside a run. */
  readonly run?: { readonly id: string; readonly name: string };
  readonly step?: { readonly id: string; readonly name: string; readonly attempt: number };
  readonly tracker: StepTracker;
  readonly log: StepLog;
  progress(progress: Progress): void;
  /** Aborted on cancel and on timeout: a long step passes it on or looks at it often. */
  readonly signal: AbortSignal;
  /** Empty scratch folder of this attempt; removed after it. Files returned as FileRef are taken into the store before that. */
  readonly workDir: string;
  /** Folder that survives failed, cancelled and killed attempts of the same cache key, removed when the step has succeeded. For checkpoints. */
  readonly checkpointDir: string;
  /** The value of the declared `inputs.history`, undefined without one. */
  readonly history: unknown;
}

const nothing = (): void => {};

/** In a plain call a step works as in a run, but nothing is recorded, and its folders go with the process. */
const OUTSIDE: StepContext = {
  tracker: { params: nothing, metrics: nothing, tag: nothing, artifact: async () => {}, dataset: async () => {} },
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
  progress: nothing,
  signal: new AbortController().signal,
  get workDir() {
    return mkdtempSync(join(plainCallFolder(), 'work-'));
  },
  get checkpointDir() {
    return mkdtempSync(join(plainCallFolder(), 'checkpoint-'));
  },
  history: undefined,
};

const current = new AsyncLocalStorage<StepContext>();

/** The context of the step that is running here; a harmless one outside a run. */
export const stepContext = (): StepContext => current.getStore() ?? OUTSIDE;

/** For executors: runs `body` with this context. */
export const inStep = <R>(context: StepContext, body: () => R): R => current.run(context, body);
