import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { askEarly } from './client/early.ts';
import { infoQuery, pipelinesQuery, runQuery, stepQuery } from './client/queries.ts';
import { logAddress } from './logs/log-address.ts';
import { RunPage } from './pages/run/run-page.tsx';
import { RunsPage } from './pages/runs/runs-page.tsx';
import { Empty } from './parts/empty.tsx';
import { Problem } from './parts/problem.tsx';
import { searchOf } from './search-of.ts';
import { Page } from './shell/page.tsx';
import { Shell } from './shell/shell.tsx';

/*
 * Every page and what of its state is in the address. The list of runs and the page of a run come with the first load, but without its graph and charts. What a page shows first is asked for
 * beside its code, not after it.
 */

const root = createRootRouteWithContext<{ readonly client: QueryClient }>()({ component: Shell });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/runs', replace: true });
  },
});

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: searchOf(['filter', 'sort', 'selected']),
  component: RunsPage,
});

const asked = searchOf(['view', 'step', 'open', 'level', 'search', 'follow', 'status']);

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run',
  validateSearch: asked,
  loader: ({ context, params, location, cause }) => {
    if (cause === 'stay') return;
    void context.client.prefetchQuery(runQuery(params.run));
    const { view, step = '', level = '', search = '' } = asked(location.search);
    if (view === 'logs' && cause === 'enter')
      askEarly(logAddress({ run: params.run, step, level, search, attempt: '' }));
  },
  component: RunPage,
});

const step = createRoute({
  getParentRoute: () => root,
  path: '/runs/$run/steps/$node',
  validateSearch: searchOf(['attempt', 'level', 'search', 'follow']),
  loader: ({ context, params, cause }) => {
    if (cause !== 'stay') void context.client.prefetchQuery(stepQuery(params.run, params.node));
  },
  component: lazyRouteComponent(() => import('./pages/step/step-page.tsx'), 'StepPage'),
});

const pipelines = createRoute({
  getParentRoute: () => root,
  path: '/pipelines',
  loader: ({ context }) => void context.client.prefetchQuery(pipelinesQuery),
  component: lazyRouteComponent(() => import('./pages/pipelines/pipelines-page.tsx'), 'PipelinesPage'),
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$pipeline',
  validateSearch: searchOf(['last', 'metric']),
  component: lazyRouteComponent(() => import('./pages/pipeline/pipeline-page.tsx'), 'PipelinePage'),
});

const newRun = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$pipeline/run',
  validateSearch: searchOf(['from']),
  component: lazyRouteComponent(() => import('./pages/new-run/new-run-page.tsx'), 'NewRunPage'),
});

const artifacts = createRoute({
  getParentRoute: () => root,
  path: '/artifacts',
  validateSearch: searchOf(['search']),
  component: lazyRouteComponent(() => import('./pages/artifacts/artifacts-page.tsx'), 'ArtifactsPage'),
});

const artifact = createRoute({
  getParentRoute: () => root,
  path: '/artifacts/$digest',
  validateSearch: searchOf(['depth', 'file']),
  component: lazyRouteComponent(() => import('./pages/artifact/artifact-page.tsx'), 'ArtifactPage'),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: '/compare',
  validateSearch: searchOf(['runs', 'all']),
  component: lazyRouteComponent(() => import('./pages/compare/compare-page.tsx'), 'ComparePage'),
});

const stacks = createRoute({
  getParentRoute: () => root,
  path: '/stacks',
  component: lazyRouteComponent(() => import('./pages/stacks/stacks-page.tsx'), 'StacksPage'),
});

const cache = createRoute({
  getParentRoute: () => root,
  path: '/cache',
  validateSearch: searchOf(['step']),
  component: lazyRouteComponent(() => import('./pages/cache/cache-page.tsx'), 'CachePage'),
});

const routeTree = root.addChildren([
  home,
  runs,
  run,
  step,
  pipelines,
  pipeline,
  newRun,
  artifacts,
  artifact,
  compare,
  stacks,
  cache,
]);

function NotFound() {
  return (
    <Page title="No such page">
      <Empty title="Nothing is at this address" command="sluice runs list">
        A link may be older than what it led to. See{' '}
        <Link to="/runs" className="link">
          all runs
        </Link>
        .
      </Empty>
    </Page>
  );
}

function Failed({ error }: ErrorComponentProps) {
  return (
    <Page title="This page broke">
      <Problem error={error} title="A fault of the viewer" />
    </Page>
  );
}

/** @param client asked at once for what every page needs */
export function makeRouter(client: QueryClient) {
  void client.prefetchQuery(infoQuery);
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFound,
    defaultErrorComponent: Failed,
    // Addresses are read by people: a filter stands there as it was typed.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const params = new URLSearchParams();
      for (const [name, value] of Object.entries(search)) {
        if (typeof value === 'string' && value !== '') params.set(name, value);
      }
      const text = params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');
      return text === '' ? '' : `?${text}`;
    },
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    readonly router: ReturnType<typeof makeRouter>;
  }
}
