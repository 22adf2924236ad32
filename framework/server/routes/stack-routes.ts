import { createRoute, z } from '@hono/zod-openapi';
import { messageOf } from '../../executor/stored-error.ts';
import { COMPONENT_KINDS } from '../../stack/component-kind.ts';
import { doctor } from '../../stack/doctor/doctor.ts';
import { findFlavor } from '../../stack/find-flavor.ts';
import { shownOptions } from '../../stack/shown-options.ts';
import { readStackConfig, stackNames } from '../../stack/stack-config.ts';
import { ExecutorList } from '../api/executor.ts';
import type { JsonValue } from '../api/json-value.ts';
import { DoctorReport, StackList, type StackView } from '../api/stack.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { executorList } from '../views/executor-list.ts';
import { notFound } from '../views/find-run.ts';
import { hidePaths } from '../views/hide-paths.ts';
import { answers } from './answers.ts';

const list = createRoute({
  method: 'get',
  path: '/api/stacks',
  summary: 'Stacks with their components, as their files say them',
  responses: answers(StackList, 'All of them'),
});

const executors = createRoute({
  method: 'get',
  path: '/api/executors',
  summary: 'What runs where: processes that run pipelines now, with their runs and steps',
  responses: answers(ExecutorList, 'Those of the record that this viewer shows'),
});

const health = createRoute({
  method: 'post',
  path: '/api/stacks/{name}/doctor',
  summary: 'Try every component of a stack for real',
  request: {
    params: z.object({
      name: z
        .string()
        .max(200)
        .openapi({ param: { name: 'name', in: 'path' } }),
    }),
  },
  responses: answers(DoctorReport, 'What was tried'),
});

export function addStackRoutes(app: ServerApp, context: ServerContext): void {
  const { project } = context;
  app.openapi(list, async (c) => {
    const items = await Promise.all(stackNames(project).map((name) => stackView(context, name)));
    return c.json({ items }, 200);
  });
  app.openapi(executors, async (c) => c.json({ items: await executorList(context) }, 200));
  app.openapi(health, async (c) => {
    const { name } = c.req.valid('param');
    if (!stackNames(project).includes(name))
      throw notFound('stack', name, `There are ${stackNames(project).join(', ')}.`);
    const checks = await doctor({ project, stack: name });
    return c.json(
      {
        ok: checks.every(({ ok }) => ok),
        checks: checks.map(({ subject, check, ok, detail, hint, ms }) => ({
          subject,
          check,
          ok,
          detail: hidePaths(detail, project),
          hint: hint === undefined ? null : hidePaths(hint, project),
          ms,
        })),
      },
      200,
    );
  });
}

async function stackView({ stack, project }: ServerContext, name: string): Promise<StackView> {
  const active = name === stack.name;
  try {
    const { components } = await readStackConfig(project, name);
    const shown = COMPONENT_KINDS.map(async (kind) => {
      const { name: registered = null, flavor, options } = components[kind];
      const known = await findFlavor(kind, flavor, project).catch(() => undefined);
      return { kind, name: registered, flavor, options: shownOptions(known, options) as Record<string, JsonValue> };
    });
    return { name, active, components: await Promise.all(shown), problem: null };
  } catch (error) {
    return { name, active, components: [], problem: hidePaths(messageOf(error), project) };
  }
}
