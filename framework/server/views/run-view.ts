import type { RunOverview } from '../../components/metadata-reads.ts';
import type { Time } from '../../model/run.ts';
import { isFinal, isSuccess } from '../../model/status.ts';
import type { JsonValue } from '../api/json-value.ts';
import type { Run } from '../api/run.ts';
import type { ServerContext } from '../server-context.ts';
import { criticalPath } from './critical-path.ts';
import { findRun } from './find-run.ts';
import { hidePaths } from './hide-paths.ts';
import { isoTime } from './iso-time.ts';
import { runSummary } from './run-summary.ts';
import { shownError, shownHookFailures } from './shown-error.ts';
import { stepSummary } from './step-summary.ts';
import { storedPlan } from './stored-plan.ts';

/** Runs of a chain of resumes that are told, each way. */
const MOST_LINKS = 20;

/** One run with its steps. @throws ERR_NOT_FOUND. */
export async function runView({ stack, project, now: clock }: ServerContext, reference: string): Promise<Run> {
  const store = stack.metadataStore;
  const run = await findRun(store, reference);
  const [overview, steps, codeState, earlier, later] = await Promise.all([
    store.overviewRun(run.id),
    store.overviewSteps(run.id),
    store.codeState(run.id),
    earlierRuns(stack.metadataStore, run.resumedFrom),
    store.resumesOf(run.id, MOST_LINKS),
  ]);
  const now = clock();
  const { nodes } = storedPlan(run.plan);
  const summary = runSummary(overview ?? { ...run, counts: {}, metrics: {} }, { project, now });
  return {
    ...summary,
    params: run.params as JsonValue,
    notes: run.notes ?? '',
    mode: run.mode,
    source: hidePaths(run.source, project),
    error: shownError(run.error, project),
    result: (run.result ?? null) as JsonValue,
    environment: run.environment ? { ...run.environment } : null,
    code: codeState
      ? {
          git: run.git ?? null,
          diff: codeState.diff,
          diffTruncated: codeState.isDiffCut,
          packages: codeState.packages,
        }
      : null,
    plan: { nodes: nodes.map(({ id, step, parents }) => ({ id, step, parents })) },
    steps: steps.map((step) => stepSummary(step, { project, now })),
    criticalPath: criticalPath(steps, nodes, now),
    links: { tracker: stack.experimentTracker.linkTo(run.id) ?? null },
    earlier: earlier.map(link),
    later: later.map(link),
    hookFailures: shownHookFailures(run.hookFailures, project),
    can: allowed(run),
  };
}

/** What may be done with a run as it is now. */
export function allowed({ status, cancelRequested }: Pick<RunOverview, 'status' | 'cancelRequested'>): Run['can'] {
  const ended = isFinal(status);
  const wentWrong = ended && !isSuccess(status);
  return { cancel: !ended && !cancelRequested, resume: wentWrong, retry: wentWrong, delete: ended };
}

async function earlierRuns(
  store: { overviewRun(id: string): Promise<RunOverview | undefined> },
  first: string | null,
): Promise<readonly RunOverview[]> {
  const found: RunOverview[] = [];
  for (let id = first; id !== null && found.length < MOST_LINKS; ) {
    const run = await store.overviewRun(id);
    if (!run) break;
    found.push(run);
    id = run.resumedFrom;
  }
  return found;
}

const link = ({ id, name, status, createdAt }: Pick<RunOverview, 'id' | 'name' | 'status'> & { createdAt: Time }) => ({
  id,
  name,
  status,
  createdAt: isoTime(createdAt),
});
