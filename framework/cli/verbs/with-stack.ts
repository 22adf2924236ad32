import type { Stack } from '../../components/stack.ts';
import { sluiceError } from '../../errors.ts';
import { markLostRuns } from '../../executor/mark-lost-runs.ts';
import { messageOf } from '../../executor/stored-error.ts';
import { openStack, openTracker } from '../../stack/open-stack.ts';
import { findProject, isProject, type Project } from '../../stack/project.ts';
import type { Invocation } from '../invocation.ts';

export interface WithStackOptions {
  /** Also where nothing says that there is a project: a run makes a folder one. */
  readonly anywhere?: boolean;
  /** As `openStack` takes it. */
  readonly isServer?: boolean;
}

/**
 * Opens the stack that `--stack` or the project names, does something with it and closes it. Runs whose process died are marked `lost` first, so that
 * no list shows a run as running that nobody runs. @throws ERR_NOT_FOUND outside of every project, where nothing is made by asking.
 */
export async function withStack<R>(
  { cwd, env, stack: name, quiet, terminal }: Invocation,
  body: (stack: Stack) => Promise<R>,
  { anywhere = false, isServer = false }: WithStackOptions = {},
): Promise<R> {
  const project = findProject(cwd, env);
  if (!anywhere) refuseOutside(project);
  const stack = await openStack({
    project,
    ...(name !== undefined && { name }),
    isServer,
    onTrackerProblem: (error) => {
      const { line, colors } = terminal.err;
      if (!quiet) line(`${colors.yellow('!')} The experiment tracker: ${messageOf(error)}`);
    },
  });
  try {
    // A run does it itself.
    if (!anywhere) await markLostRuns(stack);
    return await body(stack);
  } finally {
    await stack.close();
  }
}

/** Opens the tracker alone: what waits for it can be counted though another component of the stack can't be opened. */
export async function withTracker<R>(
  { cwd, env, stack: name }: Invocation,
  body: (opened: Awaited<ReturnType<typeof openTracker>>) => Promise<R>,
): Promise<R> {
  const project = findProject(cwd, env);
  refuseOutside(project);
  // What it has to say is in the answer.
  const opened = await openTracker({ project, ...(name !== undefined && { name }), onTrackerProblem: () => {} });
  try {
    return await body(opened);
  } finally {
    await opened.close();
  }
}

function refuseOutside(project: Project): void {
  if (isProject(project)) return;
  const hint =
    'Change to the folder of a project (it has stacks/, .sluice/ or package.json), or make one: sluice init NAME.';
  throw sluiceError('ERR_NOT_FOUND', { what: 'project in', reference: project.dir, hint });
}
