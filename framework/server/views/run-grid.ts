import type { Grid } from '../api/pipeline.ts';
import type { ServerContext } from '../server-context.ts';
import { durationOf } from './iso-time.ts';
import { runSummary } from './run-summary.ts';

/** Rows of a grid; a fan-out of thousands is looked at in its run. */
const MOST_STEPS = 500;

/** The steps of a pipeline in its newest runs. */
export async function runGrid(
  { stack, project, now: clock }: ServerContext,
  pipeline: string,
  limit: number,
): Promise<Grid> {
  const store = stack.metadataStore;
  const { items } = await store.overviewRuns({ pipeline, limit });
  const columns = await Promise.all(items.map(({ id }) => store.overviewSteps(id)));
  const now = clock();
  const steps = [...new Set(columns.flatMap((column) => column.map(({ node }) => node)))].slice(0, MOST_STEPS);
  const byNode = columns.map((column) => new Map(column.map((step) => [step.node, step])));
  return {
    runs: items.map((run) => runSummary(run, { project, now })),
    steps,
    cells: steps.map((node) =>
      byNode.map((column) => {
        const step = column.get(node);
        if (!step) return null;
        const { status, startedAt, endedAt, attempts } = step;
        return { status, durationMs: durationOf(startedAt, endedAt, now), attempts };
      }),
    ),
  };
}
