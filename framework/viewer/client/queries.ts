import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Artifact, ArtifactPage, Lineage, Preview } from '../../server/api/artifact.ts';
import type { CachePage, CacheSummary } from '../../server/api/cache.ts';
import type { Comparison } from '../../server/api/comparison.ts';
import type { ExecutorList } from '../../server/api/executor.ts';
import type { Info } from '../../server/api/info.ts';
import type { RunMetrics } from '../../server/api/metric.ts';
import type { Grid, Pipeline, PipelineList } from '../../server/api/pipeline.ts';
import type { Run, RunPage } from '../../server/api/run.ts';
import type { StackList } from '../../server/api/stack.ts';
import type { Step, Why } from '../../server/api/step.ts';
import type { Suggestions } from '../../server/api/suggestion.ts';
import { address, part } from './address.ts';
import { request } from './request.ts';
import { setServerClock } from './server-clock.ts';

/*
 * What pages ask for. Keys begin with what makes them stale: `runs` any run, `run, ID` that one (framework/viewer/client/live.ts).
 */

export const infoQuery = queryOptions({
  queryKey: ['info'],
  queryFn: async ({ signal }) => {
    const info = await request<Info>('/info', { signal });
    setServerClock(info.now);
    return info;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export interface RunsAsked {
  readonly filter: string;
  readonly sort: string;
}

/** Rows of one request. */
export const RUNS_PER_PAGE = 100;

export const runsQuery = ({ filter, sort }: RunsAsked) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'list', filter, sort],
    queryFn: ({ pageParam, signal }) =>
      request<RunPage>(address('/runs', { filter, sort, limit: RUNS_PER_PAGE, after: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    // Told by the server what changed (live.ts): to ask for a thousand pages again because a window got the focus is nobody's wish.
    staleTime: Number.POSITIVE_INFINITY,
  });

export const suggestQuery = (text: string, cursor: number) =>
  queryOptions({
    queryKey: ['suggest', text, cursor],
    queryFn: ({ signal }) => request<Suggestions>(address('/filter/suggest', { text, cursor }), { signal }),
    placeholderData: keepPreviousData,
  });

export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ['run', run, 'run'],
    queryFn: ({ signal }) => request<Run>(`/runs/${part(run)}`, { signal }),
  });

/** Looked for in the tracker, which may be far: never waited for. */
export const linksQuery = (run: string, step = '') =>
  queryOptions({
    queryKey: ['links', run, step],
    queryFn: ({ signal }) => request<Run['links']>(address(`/runs/${part(run)}/links`, { step }), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const stepQuery = (run: string, node: string) =>
  queryOptions({
    queryKey: ['run', run, 'step', node],
    queryFn: ({ signal }) => request<Step>(`/runs/${part(run)}/steps/${part(node)}`, { signal }),
  });

export const whyQuery = (run: string, node: string) =>
  queryOptions({
    queryKey: ['run', run, 'why', node],
    queryFn: ({ signal }) => request<Why>(`/runs/${part(run)}/steps/${part(node)}/why`, { signal }),
  });

export const metricsQuery = (run: string, steps: readonly string[] = []) =>
  queryOptions({
    queryKey: ['run', run, 'metrics', ...steps],
    queryFn: ({ signal }) => request<RunMetrics>(address(`/runs/${part(run)}/metrics`, { steps }), { signal }),
    placeholderData: keepPreviousData,
  });

export const compareQuery = (runs: readonly string[]) =>
  queryOptions({
    queryKey: ['compare', ...runs],
    queryFn: ({ signal }) => request<Comparison>(address('/compare', { runs }), { signal }),
    placeholderData: keepPreviousData,
  });

export const pipelinesQuery = queryOptions({
  queryKey: ['runs', 'pipelines'],
  queryFn: ({ signal }) => request<PipelineList>('/pipelines', { signal }),
});

export const pipelineQuery = (name: string) =>
  queryOptions({
    queryKey: ['pipeline', name],
    queryFn: ({ signal }) => request<Pipeline>(`/pipelines/${part(name)}`, { signal }),
  });

export const gridQuery = (name: string, limit: number) =>
  queryOptions({
    queryKey: ['runs', 'grid', name, limit],
    queryFn: ({ signal }) => request<Grid>(address(`/pipelines/${part(name)}/grid`, { limit }), { signal }),
    placeholderData: keepPreviousData,
  });

export const artifactsQuery = (search: string, run = '') =>
  infiniteQueryOptions({
    queryKey: ['artifacts', search, run],
    queryFn: ({ pageParam, signal }) =>
      request<ArtifactPage>(address('/artifacts', { search, run, limit: 100, after: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });

export const artifactQuery = (digest: string) =>
  queryOptions({
    queryKey: ['artifact', digest],
    queryFn: ({ signal }) => request<Artifact>(`/artifacts/${part(digest)}`, { signal }),
  });

/** Of a file inside an artifact that is a folder. */
export const filePreviewQuery = (digest: string, path: string) =>
  queryOptions({
    queryKey: ['artifact', digest, 'file', path],
    queryFn: ({ signal }) => request<Preview>(address(`/artifacts/${part(digest)}/preview`, { path }), { signal }),
  });

export const lineageQuery = (digest: string, depth: number) =>
  queryOptions({
    queryKey: ['artifact', digest, 'lineage', depth],
    queryFn: ({ signal }) => request<Lineage>(address(`/artifacts/${part(digest)}/lineage`, { depth }), { signal }),
    placeholderData: keepPreviousData,
  });

export const executorsQuery = queryOptions({
  queryKey: ['runs', 'executors'],
  queryFn: ({ signal }) => request<ExecutorList>('/executors', { signal }),
});

export const stacksQuery = queryOptions({
  queryKey: ['stacks'],
  queryFn: ({ signal }) => request<StackList>('/stacks', { signal }),
});

export const cacheQuery = (step: string) =>
  infiniteQueryOptions({
    queryKey: ['cache', 'list', step],
    queryFn: ({ pageParam, signal }) =>
      request<CachePage>(address('/cache', { step, limit: 100, after: pageParam }), { signal }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });

export const cacheSummaryQuery = queryOptions({
  queryKey: ['cache', 'summary'],
  queryFn: ({ signal }) => request<CacheSummary>('/cache/summary', { signal }),
});
