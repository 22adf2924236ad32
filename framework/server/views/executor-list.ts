import type { RunOverview } from '../../components/metadata-reads.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { THIS_HOST } from '../../this-host.ts';
import type { ExecutorView } from '../api/executor.ts';
import type { ServerContext } from '../server-context.ts';
import { isoTime } from './iso-time.ts';

const MOST_RUNS = 200;
const MOST_STEPS = 50;

/** What runs where: the processes that are registered as living, with their unfinished runs, the newest process first. */
export async function executorList({ stack }: Pick<ServerContext, 'stack'>): Promise<readonly ExecutorView[]> {
  const store = stack.metadataStore;
  const [executors, { items: runs }] = await Promise.all([
    store.executors(),
    store.overviewRuns({ status: ['running', 'pending'], limit: MOST_RUNS }),
  ]);
  return Promise.all(
    [...executors]
      .sort((a, b) => b.startedAt - a.startedAt)
      .map(async ({ id, host, pid, startedAt }) => ({
        id,
        host,
        pid,
        startedAt: isoTime(startedAt),
        thisMachine: host === THIS_HOST,
        runs: await Promise.all(runs.filter(({ executor }) => executor === id).map((run) => runThere(store, run))),
      })),
  );
}

async function runThere(store: MetadataStore, run: RunOverview): Promise<ExecutorView['runs'][number]> {
  const steps = run.counts.running === undefined ? [] : await store.overviewSteps(run.id);
  return {
    id: run.id,
    name: run.name,
    pipeline: run.pipeline,
    status: run.status,
    stack: run.stack,
    startedAt: isoTime(run.startedAt),
    counts: run.counts,
    steps: steps
      .filter(({ status }) => status === 'running')
      .slice(0, MOST_STEPS)
      .map(({ node, step, startedAt }) => ({ id: node, step, startedAt: isoTime(startedAt) })),
  };
}
