import { createRoute, z } from '@hono/zod-openapi';
import { sluiceError } from '../../errors.ts';
import { requestCancel } from '../../executor/end-silent-executor.ts';
import { Run, RunChange, StartedRun } from '../api/run.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { findRun } from '../views/find-run.ts';
import { allowed, runView } from '../views/run-view.ts';
import { accepted, answers, runParam } from './answers.ts';

const Done = z.object({ id: z.string(), done: z.literal(true) });

const act = <Path extends `/api/runs/{ref}/${string}`>(path: Path, summary: string) =>
  createRoute({ method: 'post', path, summary, request: { params: runParam }, responses: answers(Done, 'Done') });

const begin = <Path extends `/api/runs/{ref}/${string}`>(path: Path, summary: string) =>
  createRoute({
    method: 'post',
    path,
    summary,
    request: { params: runParam },
    responses: accepted(StartedRun, 'The run that was started'),
  });

const cancel = act('/api/runs/{ref}/cancel', 'Ask a run to stop');
const remove = act('/api/runs/{ref}/delete', 'Delete the record of a run; artifacts and cached results stay');
const resume = begin('/api/runs/{ref}/resume', 'Run the rest of a run that failed, was cancelled or lost');
const retry = begin('/api/runs/{ref}/retry', 'Run the failed steps again, and what depends on them');

const change = createRoute({
  method: 'patch',
  path: '/api/runs/{ref}',
  summary: 'Change name, notes or tags of a run',
  request: { params: runParam, body: { required: true, content: { 'application/json': { schema: RunChange } } } },
  responses: answers(Run, 'The run as it is now'),
});

/** What changes a run. All of it is kept from those who may only look (security/check-request.ts). */
export function addWriteRoutes(app: ServerApp, context: ServerContext): void {
  const { stack, launcher } = context;
  const store = stack.metadataStore;

  const allowedRun = async (reference: string, what: 'cancel' | 'resume' | 'retry' | 'delete') => {
    const run = await findRun(store, reference);
    if (allowed(run)[what]) return run;
    const state = run.cancelRequested ? `${run.status} and has been asked to stop` : run.status;
    throw sluiceError('ERR_USAGE', {
      message: `Run ${run.name} is ${state}: it can't ${SAID[what]}.`,
      hint: WAY_OUT[what],
    });
  };

  app.openapi(cancel, async (c) => {
    const { id, executor } = await allowedRun(c.req.valid('param').ref, 'cancel');
    const endIfSilent = await requestCancel(store, { id, executor }, 'graceful');
    // The answer does not wait for it.
    endIfSilent().catch((error: unknown) =>
      process.emitWarning(`Sluice: the process of run ${id} could not be looked after: ${String(error)}`),
    );
    return c.json({ id, done: true as const }, 200);
  });
  app.openapi(remove, async (c) => {
    const { id } = await allowedRun(c.req.valid('param').ref, 'delete');
    await store.deleteRun(id);
    return c.json({ id, done: true as const }, 200);
  });
  app.openapi(resume, async (c) => {
    const { id } = await allowedRun(c.req.valid('param').ref, 'resume');
    return c.json(await launcher.resume(id), 202);
  });
  app.openapi(retry, async (c) => {
    const { id } = await allowedRun(c.req.valid('param').ref, 'retry');
    return c.json(await launcher.retry(id), 202);
  });
  app.openapi(change, async (c) => {
    const { id } = await findRun(store, c.req.valid('param').ref);
    const { name, notes, tags } = c.req.valid('json');
    await store.updateRun(id, {
      ...(name !== undefined && { name }),
      ...(notes !== undefined && { notes: notes === '' ? null : notes }),
      ...(tags !== undefined && { tags: [...new Set(tags)] }),
    });
    return c.json(await runView(context, id), 200);
  });
}

const SAID = { cancel: 'be cancelled', resume: 'be resumed', retry: 'be tried again', delete: 'be deleted' } as const;
const WAY_OUT = {
  cancel: 'A run that has ended stays as it is.',
  resume: 'Only a run that failed, was cancelled or lost is resumed; run it again instead.',
  retry: 'Only a run that failed, was cancelled or lost is tried again; run it again instead.',
  delete: 'Cancel it first, and wait until it has ended.',
} as const;
