import { mkdirSync } from 'node:fs';
import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { originOfRef } from '../artifacts/origin-of-ref.ts';
import { digestOfRef } from '../artifacts/ref-digest.ts';
import type { StepContext, StepTracker } from '../authoring/step-context.ts';
import type { LogLine } from '../model/run.ts';
import type { StepReport } from './step-report.ts';
import { messageOf } from './stored-error.ts';

export interface StepContextOptions {
  readonly run: { readonly id: string; readonly name: string };
  readonly step: { readonly id: string; readonly name: string; readonly attempt: number };
  readonly report: StepReport;
  readonly io: Pick<ArtifactIo, 'save'>;
  readonly signal: AbortSignal;
  /** Made when the step first asks: most steps never do. */
  readonly workDir: string;
  readonly checkpointDir: string;
  readonly history: unknown;
}

/** What `stepContext()` gives inside one attempt. */
export function createStepContext(options: StepContextOptions): StepContext {
  const { report, run, step, signal, history } = options;
  const write =
    (level: LogLine['level']) =>
    (message: string, fields?: Readonly<Record<string, unknown>>): void =>
      report.log({ time: Date.now(), level, source: 'log', message, ...(fields === undefined ? {} : { fields }) });
  const folder = (path: string): (() => string) => {
    let made = false;
    return () => {
      if (!made) mkdirSync(path, { recursive: true });
      made = true;
      return path;
    };
  };
  const workDir = folder(options.workDir);
  const checkpointDir = folder(options.checkpointDir);
  return {
    run,
    step,
    tracker: createStepTracker(options),
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    progress: (progress) => report.progress(progress),
    get signal() {
      report.listens();
      return signal;
    },
    get workDir() {
      return workDir();
    },
    get checkpointDir() {
      return checkpointDir();
    },
    history,
  };
}

function createStepTracker({ report, io }: StepContextOptions): StepTracker {
  const lastStep = new Map<string, number>();
  const warn = (message: string): void => report.log({ time: Date.now(), level: 'warn', source: 'log', message });
  return {
    params(values) {
      for (const [name, value] of Object.entries(values)) report.track({ kind: 'param', name, value: String(value) });
    },
    metrics(values, at = {}) {
      const time = Date.now();
      for (const [name, value] of Object.entries(values)) {
        const step = at.step ?? (lastStep.get(name) ?? -1) + 1;
        lastStep.set(name, step);
        report.track({ kind: 'metric', name, value, step, time });
      }
    },
    tag: (name, value) => report.track({ kind: 'tag', name, value }),
    async artifact(file, name = file.name) {
      try {
        const output = await io.save(file, `tracker artifact ${name}`);
        if (output.kind === 'value') report.track({ kind: 'artifact', name, artifact: output.value });
      } catch (error) {
        warn(`Tracker artifact ${name} was not kept: ${messageOf(error)}`);
      }
    },
    async dataset(data, { context, name = data.name }) {
      try {
        const digest = originOfRef(data) ?? (await digestOfRef(data)).digest;
        report.track({ kind: 'dataset', name: context, value: `${name}@${digest}` });
      } catch (error) {
        warn(`Data set ${name} was not told to the tracker: ${messageOf(error)}`);
      }
    },
  };
}
