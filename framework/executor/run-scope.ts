import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { CacheUse } from '../cache/decide.ts';
import type { Stack } from '../components/stack.ts';
import type { Plan } from '../dag/plan.ts';
import type { Output } from '../model/artifact.ts';
import type { StepRunRecord } from '../model/run.ts';
import type { EventSink } from '../model/run-event.ts';
import type { Cancellation, Grace } from './cancellation.ts';
import type { ClaimKeeper } from './claim-keeper.ts';
import type { CodeRecorder } from './code-recorder.ts';
import type { Guard } from './guard.ts';
import type { SavedGuard } from './guard-saved.ts';
import type { Heart } from './heart.ts';
import type { MachineLedger } from './machine-ledger.ts';
import type { Amounts, Slots } from './slots.ts';
import type { StepClocks } from './step-clocks.ts';
import type { StepHooks } from './step-hooks.ts';
import type { StepKeys } from './step-keys.ts';
import type { StepRecords } from './step-records.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { WorkerJob } from './worker-protocol.ts';

/** Everything that the steps of one run share. */
export interface RunScope {
  readonly run: { readonly id: string; readonly name: string };
  /** First run of a chain of resumes; this run's id when it resumes none. */
  readonly rootRun: string;
  readonly plan: Plan;
  readonly stack: Stack;
  readonly io: ArtifactIo;
  readonly cacheUse: CacheUse;
  readonly keys: StepKeys;
  readonly records: StepRecords;
  readonly clocks: StepClocks;
  readonly code: CodeRecorder;
  readonly claims: ClaimKeeper;
  readonly saved: SavedGuard;
  readonly heart: Heart;
  readonly guard: Guard;
  readonly hooks: StepHooks;
  /** Steps that ended well in the run that this one continues, by node. */
  readonly resumed: ReadonlyMap<string, StepRunRecord>;
  /** Nodes whose results are expected in the cache. */
  readonly reuse: ReadonlySet<string>;
  /** Steps that run begin anew: what earlier attempts of other runs left in their checkpoint folders goes. */
  readonly isFreshStart: boolean;
  /** `look` bounds how many keys are made at once, `step` is `maxParallel`, the rest are the machine's resources. */
  readonly slots: Slots;
  /** What `resources` of steps are counted against. */
  readonly capacity: Amounts;
  /** What all runs of this machine hold of it. */
  readonly machine: MachineLedger;
  readonly cancellation: Cancellation;
  /** A step has failed for good, and still has its slot. */
  onFailure(): void;
  readonly grace: Grace;
  readonly emit: EventSink;
  /** Committed outputs, by node. */
  readonly outputs: Map<string, Output>;
  /** Re-runs of nodes whose stored result turned out damaged, by node, while they are under way. */
  readonly healing: Map<string, Promise<boolean>>;
  /** The processes of steps, and how such a one finds the pipeline again. */
  readonly worker: {
    readonly pool: WorkerPool;
    readonly pipeline: WorkerJob['pipeline'];
  };
}

export const outputOf =
  ({ outputs }: Pick<RunScope, 'outputs'>) =>
  (node: string): Output =>
    outputs.get(node)!;
