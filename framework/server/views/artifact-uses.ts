import type { StepOverview } from '../../components/metadata-reads.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import type { ArtifactUse } from '../api/artifact.ts';
import { isoTime } from './iso-time.ts';
import type { PlannedRun } from './plan-cache.ts';
import { fieldsOf } from './step-inputs.ts';
import { stepRunOf } from './step-run-id.ts';
import { splitInput } from './stored-plan.ts';

/** A data set may have gone into a thousand runs: the newest of them are looked through. */
const MOST_RUNS = 200;
const MOST_USES = 500;
/** Step runs that computed the very same bytes each by itself. */
const MOST_MAKERS = 50;

/** Where an artifact came to be: a step run, and the field of its output. */
export interface Maker {
  readonly stepRunId: string;
  readonly field: string;
}

export interface Use {
  readonly step: StepOverview;
  readonly run: PlannedRun;
  /** Of the maker's output. */
  readonly field: string;
}

type PlanOf = (run: string) => Promise<PlannedRun | undefined>;

/**
 * The step runs that were given one of these outputs, newest first: in the maker's own run, and in every run whose step took the maker's result
 * from the cache. Which node is given what stands in each run's plan.
 */
export async function usesOf(store: MetadataStore, makers: readonly Maker[], planOf: PlanOf): Promise<readonly Use[]> {
  const fields = await outputsAmong(store, makers);
  const holders = await store.stepRunsOf([...fields.keys()], MOST_RUNS);
  const found = new Map<string, { readonly run: PlannedRun; readonly field: string }>();
  for (const { runId, node, origin, id } of holders) {
    const run = await planOf(runId);
    if (!run || found.size >= MOST_USES) continue;
    for (const field of fields.get(origin ?? id) ?? [])
      for (const user of usersOf(run, node, field)) found.set(`${runId}/${user}`, { run, field });
  }
  const steps = await store.overviewStepRuns([...found.keys()].slice(0, MOST_USES));
  const byId = new Map(steps.map((step) => [step.id, step]));
  return [...found].flatMap(([id, use]) => {
    const step = byId.get(id);
    return step ? [{ step, ...use }] : [];
  });
}

/**
 * Those that are a field of an output, by step run: what a step only gave its tracker went nowhere else. Of one step run there may be several, with the same bytes: the best
 * weights and the last ones.
 */
async function outputsAmong(
  store: MetadataStore,
  makers: readonly Maker[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = await Promise.all(
    makers.slice(0, MOST_MAKERS).map(async ({ stepRunId, field }) => {
      const step = await store.stepRun(stepRunId);
      return step?.output && Object.hasOwn(fieldsOf(step.output), field) ? [{ stepRunId, field }] : [];
    }),
  );
  const fields = new Map<string, string[]>();
  for (const { stepRunId, field } of found.flat()) fields.set(stepRunId, [...(fields.get(stepRunId) ?? []), field]);
  return fields;
}

function usersOf({ plan }: PlannedRun, maker: string, field: string): readonly string[] {
  const known = new Set(plan.nodes.map(({ id }) => id));
  return plan.nodes
    .filter(({ inputs }) =>
      inputs.some((input) => {
        const { node, path } = splitInput(input, known);
        return node === maker && (path[0] === undefined || field === '' || path[0] === field);
      }),
    )
    .map(({ id }) => id);
}

export const shownUse = ({ step, run, field }: Use): ArtifactUse => ({
  run: step.runId,
  runName: run.name,
  pipeline: run.pipeline,
  node: step.node,
  step: step.step,
  field,
  status: step.status,
  time: isoTime(step.endedAt ?? step.startedAt ?? 0),
});

/** The step runs that made it, as far as their runs are still recorded. */
export async function shownMakers(
  store: MetadataStore,
  makers: readonly (Maker & { readonly createdAt: number; readonly step: string })[],
  planOf: PlanOf,
): Promise<readonly ArtifactUse[]> {
  const some = makers.slice(0, MOST_RUNS);
  const steps = new Map(
    (await store.overviewStepRuns(some.map(({ stepRunId }) => stepRunId))).map((one) => [one.id, one]),
  );
  return Promise.all(
    some.map(async ({ stepRunId, field, createdAt, step }): Promise<ArtifactUse> => {
      const { run, node } = stepRunOf(stepRunId);
      const planned = await planOf(run);
      return {
        run,
        runName: planned?.name ?? run,
        pipeline: planned?.pipeline ?? '',
        node,
        step,
        field,
        status: steps.get(stepRunId)?.status ?? 'succeeded',
        time: isoTime(createdAt),
      };
    }),
  );
}
