import { OpenAPIHono } from '@hono/zod-openapi';
import { sluiceError } from '../errors.ts';
import { apiFailure } from './api-failure.ts';
import { finishAnswer } from './finish-answer.ts';
import { refusalPage } from './refusal-page.ts';
import { addApiDocs } from './routes/api-docs.ts';
import { addArtifactRoutes } from './routes/artifact-routes.ts';
import { addCacheRoutes } from './routes/cache-routes.ts';
import { addCompareRoutes } from './routes/compare-routes.ts';
import { addEventRoute } from './routes/event-route.ts';
import { addInfoRoutes } from './routes/info-routes.ts';
import { addPageFiles } from './routes/page-files.ts';
import { addPipelineRoutes } from './routes/pipeline-routes.ts';
import { addRunRoutes } from './routes/run-routes.ts';
import { addStackRoutes } from './routes/stack-routes.ts';
import { addStepRoutes } from './routes/step-routes.ts';
import { addWriteRoutes } from './routes/write-routes.ts';
import { type Admitted, checkRequest, refused } from './security/check-request.ts';
import { securityHeaders } from './security/security-headers.ts';
import type { ServerContext } from './server-context.ts';

/** The app that routes are added to. */
export type ServerApp = OpenAPIHono<Admitted>;

/** A body of parameters is never longer. */
const MOST_BODY_BYTES = 1024 * 1024;

/** The viewer's server, as a function from requests to answers: who may come in, then the API, then the page. */
export function createApp(context: ServerContext): ServerApp {
  const app: ServerApp = new OpenAPIHono<Admitted>({
    defaultHook: (result) => {
      if (result.success) return;
      const [issue] = result.error.issues;
      const where = issue?.path.join('.') ?? '';
      throw sluiceError('ERR_USAGE', {
        message: `${where === '' ? 'The request' : where}: ${issue?.message ?? 'is not understood'}.`,
        hint: '/api/docs tells what this address takes.',
      });
    },
  });
  app.onError((error, c) => {
    const { status, body, isFault } = apiFailure(error, context.project);
    if (isFault) context.onFault(error);
    const isRead = !c.req.path.startsWith('/api/') && (c.req.header('accept') ?? '').includes('text/html');
    return isRead ? c.html(refusalPage(body), status) : c.json(body, status);
  });
  app.use(securityHeaders);
  app.use(finishAnswer);
  // Whoever only asks whether the server lives, as containers are watched, has no token, and learns nothing else.
  app.get('/api/health', (c) => c.text('ok'));
  app.use(checkRequest(context.gate));
  app.use('/api/*', limitBody);
  addInfoRoutes(app, context);
  addRunRoutes(app, context);
  addStepRoutes(app, context);
  addWriteRoutes(app, context);
  addArtifactRoutes(app, context);
  addCacheRoutes(app, context);
  addCompareRoutes(app, context);
  addPipelineRoutes(app, context);
  addStackRoutes(app, context);
  addEventRoute(app, context);
  addApiDocs(app, context);
  app.all('/api/*', (c) => {
    const reference = `${c.req.method} ${c.req.path}`;
    throw sluiceError('ERR_NOT_FOUND', { what: 'address', reference, hint: '/api/docs lists them.' });
  });
  addPageFiles(app, context);
  return app;
}

/** Known by its header, before a byte is read; a body without one is not taken. */
const limitBody: Parameters<ServerApp['use']>[1] = async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  const length = c.req.header('content-length');
  const isChunked = c.req.header('transfer-encoding') !== undefined;
  if (isChunked || Number(length ?? 0) > MOST_BODY_BYTES) {
    throw refused(
      413,
      `A request has at most ${MOST_BODY_BYTES} bytes.`,
      'Keep big values in a file, and give its path.',
    );
  }
  return next();
};
