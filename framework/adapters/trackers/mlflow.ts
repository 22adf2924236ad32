import { join } from 'node:path';
import type { ArtifactStore } from '../../components/artifact-store.ts';
import type { ExperimentTracker } from '../../components/experiment-tracker.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { localTracker } from './local.ts';
import { createCourier } from './mlflow/courier.ts';
import { findPage } from './mlflow/find-page.ts';
import { mlflowChecks } from './mlflow/mlflow-checks.ts';
import { createMlflowClient, type MlflowClientOptions } from './mlflow/mlflow-client.ts';
import type { Nesting } from './mlflow/nested-steps.ts';
import { openArtifactFile } from './mlflow/open-artifact-file.ts';
import { orphanEnd } from './mlflow/orphan-end.ts';
import { runEnd } from './mlflow/run-end.ts';
import { createRunFinder } from './mlflow/run-finder.ts';
import { type TrackedRun, trackedRun } from './mlflow/tracked-run.ts';
import { turnTaker } from './mlflow/turn-taker.ts';
import { createSpool, type SpoolWriter } from './spool/spool.ts';

export interface MlflowTrackerOptions {
  readonly server: MlflowClientOptions;
  /** Default: one for each pipeline, named after it. */
  readonly experiment?: string | undefined;
  readonly nesting: Nesting;
  /** The longest time, in milliseconds, that the end of a run waits for entries to arrive. */
  readonly waitMs: number;
  readonly stackName: string;
  readonly projectDir: string;
  /** The spool is below it. */
  readonly home: string;
  readonly metadataStore: Pick<MetadataStore, 'track' | 'tracked' | 'findRun' | 'stepRuns' | 'claim' | 'releaseClaim'>;
  /** Asked for when the first file is to be delivered: until then nobody needs it. */
  readonly artifactStore: () => Promise<ArtifactStore>;
  readonly onProblem: (error: unknown) => void;
  /** Starts a process that delivers what is left when this one ends. Without it the next command does. */
  readonly startCourier?: (() => Promise<void>) | undefined;
}

/** Where a courier comes after it, a run that was cached waits for nothing but the address of its page: a healthy server has it sooner. */
const CACHED_WAIT_MS = 100;

/**
 * One MLflow run for each pipeline run, written over REST. Everything goes to a spool on disk first and is delivered from there in the background: a server that
 * is down, slow or refusing neither fails nor delays a run, and whatever is delivered twice has the effect of once. Every entry is in the metadata store too.
 */
export function mlflowTracker(options: MlflowTrackerOptions): ExperimentTracker {
  const { metadataStore, artifactStore, onProblem } = options;
  const local = localTracker({ metadataStore, onProblem });
  const closing = new AbortController();
  const client = createMlflowClient(options.server, closing.signal);
  const spool = createSpool(join(options.home, 'tracker', options.stackName));
  const inTurn = turnTaker({ metadataStore, name: `tracker ${options.server.uri}` });
  const finder = createRunFinder({ client, inTurn });
  const runs = new Map<string, { readonly tracked: TrackedRun; readonly writer: SpoolWriter }>();
  const courier = createCourier({
    client,
    finder,
    spool,
    openFile: async (digest) => openArtifactFile(await artifactStore(), digest),
    orphanEnd: (head) => orphanEnd(head, options),
    onProblem,
  });
  /** What can't be written to the spool is told and lost to MLflow; the metadata store has it. */
  async function spooling(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } catch (error) {
      onProblem(error);
    }
  }

  async function begin(run: RunRecord): Promise<{ readonly tracked: TrackedRun; readonly writer: SpoolWriter }> {
    const known = runs.get(run.id);
    if (known) return known;
    const tracked = await trackedRun(run, options);
    const state = { tracked, writer: spool.writer(tracked.root) };
    runs.set(run.id, state);
    await state.writer.append([tracked.open, tracked.params]);
    return state;
  }

  async function end(run: RunRecord, steps: readonly StepRunRecord[]): Promise<void> {
    const isOurs = runs.has(run.id);
    const files = isOurs ? [] : await spool.files();
    const heads = await Promise.all(files.map((file) => spool.head(file)));
    // Its process left a file here: the courier finds it, and ends the run when it comes to the file's end.
    const file = files[heads.findIndex((head) => head?.runId === run.id)];
    if (file) return courier.nudge({ file, isOwn: false, isNew: false });
    const { tracked, writer } = await begin(run);
    if (!isOurs) courier.nudge({ file: writer.file, isOwn: true, isNew: false });
    const last = await runEnd(run, steps, { ...options, tracked });
    await writer.append([...last.cached, last.end]);
    await writer.close();
    courier.nudge();
  }

  return {
    flavor: 'mlflow',
    runStarted: (run) =>
      spooling(async () => {
        const { tracked, writer } = await begin(run);
        courier.nudge({ file: writer.file, isOwn: true, isNew: !tracked.open.resumed });
      }),
    async record(stepRun, entries) {
      const state = runs.get(stepRun.runId);
      // Before the metadata store: what that has, a resumed run takes for said.
      if (state) {
        await spooling(async () => {
          const node = stepRun.id.slice(stepRun.runId.length + 1);
          const lines = state.tracked.lines(node, { attempt: stepRun.attempt ?? 1, entries });
          if (lines.length > 0) await state.writer.append(lines);
          courier.nudge();
        });
      }
      await local.record(stepRun, entries);
    },
    runFinished: (run, steps) =>
      spooling(async () => {
        await local.runFinished(run, steps);
        await end(run, steps);
        const isCached = steps.length > 0 && steps.every(({ status }) => status === 'cached');
        const { tracked, writer } = runs.get(run.id) ?? {};
        if (isCached && options.startCourier) {
          const hasPage = (): boolean => tracked === undefined || finder.pageOf(tracked.root) !== undefined;
          await courier.settle(Math.min(options.waitMs, CACHED_WAIT_MS), hasPage);
        } else await courier.settle(options.waitMs);
        writer?.release();
      }),
    findPage: (run, node) => findPage({ client, experiment: options.experiment, metadataStore }, run, node),
    linkTo: (runId) => finder.pageOf(runs.get(runId)?.tracked.root ?? runId),
    backlog: { status: courier.status, sync: courier.sync, deliver: courier.deliver },
    checks: () => mlflowChecks({ client, experiment: options.experiment, backlog: courier.status }),
    async close() {
      closing.abort();
      await courier.close();
      for (const { writer } of runs.values()) writer.release();
      // After the locks: who sees that another one is at it may be sure that it will see these files.
      if (courier.isBehind() && !courier.isOut()) await options.startCourier?.();
    },
  };
}
