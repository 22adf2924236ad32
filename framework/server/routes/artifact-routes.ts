import { createRoute, z } from '@hono/zod-openapi';
import { Artifact, ArtifactPage, Lineage, Preview } from '../api/artifact.ts';
import type { ServerApp } from '../create-app.ts';
import { filePreview } from '../preview/file-preview.ts';
import type { ServerContext } from '../server-context.ts';
import { artifactSummary, artifactView, findArtifact } from '../views/artifact-view.ts';
import { contentUrl } from '../views/content-url.ts';
import { findRunId } from '../views/find-run.ts';
import { lineage } from '../views/lineage.ts';
import { planCache } from '../views/plan-cache.ts';
import { after, answers, count } from './answers.ts';
import { artifactContent, contentHeaders, fileInside } from './artifact-content.ts';

/** Four digits tell an artifact from others in any store that a person can oversee. */
const digestParam = z.object({
  digest: z
    .string()
    .regex(/^[0-9a-f]{4,64}$/, 'is not the digest of an artifact')
    .openapi({ param: { name: 'digest', in: 'path' } }),
});
const path = z.string().max(2000).optional();

const list = createRoute({
  method: 'get',
  path: '/api/artifacts',
  summary: 'Artifacts, newest first',
  request: {
    query: z.object({
      run: z.string().max(200).optional(),
      step: z.string().max(200).optional(),
      format: z.string().max(100).optional(),
      search: z.string().max(200).optional(),
      limit: count(1, 500, 50),
      after,
    }),
  },
  responses: answers(ArtifactPage, 'One page'),
});

const show = createRoute({
  method: 'get',
  path: '/api/artifacts/{digest}',
  summary: 'One artifact: preview, who made it, who used it',
  request: { params: digestParam },
  responses: answers(Artifact, 'The artifact'),
});

const preview = createRoute({
  method: 'get',
  path: '/api/artifacts/{digest}/preview',
  summary: 'Preview of a file inside an artifact that is a folder',
  request: { params: digestParam, query: z.object({ path: z.string().max(2000) }) },
  responses: answers(Preview, 'The preview'),
});

const ways = createRoute({
  method: 'get',
  path: '/api/artifacts/{digest}/lineage',
  summary: 'What an artifact was made from, and what was made of it',
  request: { params: digestParam, query: z.object({ depth: count(1, 10, 3) }) },
  responses: answers(Lineage, 'Steps and artifacts'),
});

const content = createRoute({
  method: 'get',
  path: '/api/artifacts/{digest}/content',
  summary: 'The bytes: a download, a picture, or with show=1 HTML for a frame',
  request: { params: digestParam, query: z.object({ path, show: z.string().optional() }) },
  responses: {
    200: { description: 'Bytes', content: { 'application/octet-stream': { schema: z.string() } } },
    206: {
      description: 'The range of them that was asked for',
      content: { 'application/octet-stream': { schema: z.string() } },
    },
    416: { description: 'The range begins behind their end' },
  },
});

export function addArtifactRoutes(app: ServerApp, context: ServerContext): void {
  const { stack } = context;
  const store = stack.metadataStore;
  const planOf = planCache(store);
  app.openapi(list, async (c) => {
    const { run, after: mark, ...filter } = c.req.valid('query');
    const { items, next } = await store.listArtifacts({
      ...defined(filter),
      limit: filter.limit,
      ...(run !== undefined && { run: await findRunId(store, run) }),
      ...(mark !== undefined && { after: mark }),
    });
    return c.json({ items: items.map(artifactSummary), next }, 200);
  });
  app.openapi(show, async (c) => c.json(await artifactView(context, c.req.valid('param').digest), 200));
  app.openapi(preview, async (c) => {
    const [artifact] = await findArtifact(context, c.req.valid('param').digest);
    const { path: inside } = c.req.valid('query');
    const file = await fileInside(context, artifact, inside);
    const urls = {
      url: contentUrl(artifact.digest, { path: inside }),
      showUrl: contentUrl(artifact.digest, { path: inside, show: true }),
    };
    return c.json(await filePreview(stack.artifactStore, file, urls), 200);
  });
  app.openapi(ways, async (c) => {
    const made = await findArtifact(context, c.req.valid('param').digest);
    return c.json(await lineage({ store, planOf }, { made, depth: c.req.valid('query').depth }), 200);
  });
  // A stream is none of the answers whose type the library checks.
  app.openAPIRegistry.registerPath(content);
  app.get(content.getRoutingPath(), async (c) => {
    const { digest } = digestParam.parse(c.req.param());
    const [path, show] = [c.req.query('path'), c.req.query('show') === '1'];
    return artifactContent(context, { digest, path, show, headers: contentHeaders(c) });
  });
}

/** Only what is set. */
const defined = (filter: {
  readonly step?: string | undefined;
  readonly format?: string | undefined;
  readonly search?: string | undefined;
}) => ({
  ...(filter.step !== undefined && { step: filter.step }),
  ...(filter.format !== undefined && { format: filter.format }),
  ...(filter.search !== undefined && { search: filter.search }),
});
