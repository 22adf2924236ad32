import type { Stack } from '../../components/stack.ts';
import { messageOf } from '../../executor/stored-error.ts';
import { commandFile } from '../../find-package.ts';
import { viewerPages } from '../../server/pages-folder.ts';
import { type ChosenToken, chosenToken, withoutToken } from '../../server/security/chosen-token.ts';
import { isLoopback } from '../../server/security/is-loopback.ts';
import { type Role, viewerTokens } from '../../server/security/viewer-tokens.ts';
import { type RunningServer, startServer } from '../../server/start-server.ts';
import { announceViewer, runningViewer, type ViewerState } from '../../server/viewer-state.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { ownManifest, packageRoot } from '../init/package-root.ts';
import type { Invocation } from '../invocation.ts';
import { openInBrowser } from './open-in-browser.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly port: number;
  readonly host: string;
  readonly token?: Role;
  readonly readOnly?: boolean;
  readonly open?: boolean;
  readonly output: 'text' | 'json';
}

type Asked = Options & { readonly chosen: ChosenToken | undefined };

/** `sluice viewer`: serves until Ctrl-C. */
export async function viewerVerb({ invocation, command }: Call): Promise<undefined> {
  const given = command.opts<Options>();
  const options = {
    ...given,
    chosen: chosenToken(invocation.env, given.token ?? (given.readOnly ? 'read' : 'operate')),
  };
  const serveUntilAsked = async (stack: Stack): Promise<void> => {
    const there = await servingAlready(stack, options);
    if (there) return sayThere(invocation, stack, { ...options, ...there });
    const server = await serve(invocation, stack, options);
    const takeBack = await announceViewer(stack.home, { url: server.url, stack: stack.name });
    try {
      const { url } = server;
      const link = `${url}/${await tokenQuery(stack, options)}`;
      sayWhere(invocation, stack, { url, link, ...options });
      if (options.open) await openInBrowser(link);
      await stopAsked();
    } finally {
      await takeBack();
      await server.close();
    }
  };
  await withStack(invocation, serveUntilAsked, { isServer: true });
}

const ANSWER_MS = 2000;

/** This project's viewer, where it serves what is asked for already: a second one would only find the port taken. */
async function servingAlready(
  stack: Stack,
  { port, host, token, readOnly, chosen }: Asked,
): Promise<ViewerState | undefined> {
  const isPlain = port !== 0 && isLoopback(host) && !token && !readOnly && !chosen;
  const there = isPlain ? await runningViewer(stack.home) : undefined;
  if (there?.stack !== stack.name || new URL(there.url).port !== String(port)) return undefined;
  const signal = AbortSignal.timeout(ANSWER_MS);
  // Who does not answer is none, whatever its note says.
  const answer = await fetch(`${there.url}/api/health`, { signal }).catch(() => undefined);
  return answer?.ok ? there : undefined;
}

async function sayThere(
  { terminal: { out }, quiet }: Invocation,
  stack: Stack,
  { url, pid, open, output }: Pick<ViewerState, 'url' | 'pid'> & Pick<Options, 'open' | 'output'>,
): Promise<void> {
  const link = `${url}/`;
  if (output === 'json') out.line(JSON.stringify({ url, link, stack: stack.name, pid, wasRunning: true }));
  else if (quiet) out.line(link);
  else out.line(`The viewer of stack ${out.colors.bold(stack.name)} runs already: ${out.colors.cyan(link)}`);
  if (open) await openInBrowser(link);
}

function serve(
  invocation: Invocation,
  stack: Stack,
  { port, host, token, readOnly, chosen }: Asked,
): Promise<RunningServer> {
  const { err } = invocation.terminal;
  const root = packageRoot();
  return startServer({
    stack,
    project: findProject(invocation.cwd, invocation.env),
    version: ownManifest(root).version,
    port,
    host,
    needsToken: token !== undefined || chosen !== undefined,
    chosen,
    openRole: readOnly ? 'read' : 'operate',
    pages: viewerPages(root),
    bin: commandFile(root),
    env: withoutToken(invocation.env),
    onFault: (error) => err.line(`${err.colors.yellow('!')} ${messageOf(error)}`),
  });
}

/** A token that nobody has yet, where one is asked for and none was made or chosen before, or where the user wants one. */
async function tokenQuery({ home }: Stack, { host, token, readOnly, chosen }: Asked): Promise<string> {
  if (chosen) return '';
  const tokens = viewerTokens(home);
  const isNeeded = token !== undefined || (!isLoopback(host) && (await tokens.list()).length === 0);
  if (!isNeeded) return '';
  const made = await tokens.create({ role: token ?? (readOnly ? 'read' : 'operate'), label: 'sluice viewer' });
  return `?token=${made.token}`;
}

function sayWhere(
  { terminal, quiet }: Invocation,
  stack: Stack,
  { url, link, host, chosen, output }: { readonly url: string; readonly link: string } & Omit<Asked, 'port'>,
): void {
  const { out } = terminal;
  if (output === 'json') {
    return out.line(JSON.stringify({ url, link, stack: stack.name, pid: process.pid, wasRunning: false }));
  }
  if (quiet) return out.line(link);
  out.line(`Viewer of stack ${out.colors.bold(stack.name)}: ${out.colors.cyan(link)}`);
  if (chosen) out.line('It asks for the token of SLUICE_VIEWER_TOKEN, or one that sluice viewer token create makes.');
  else if (!link.includes('?token=') && !isLoopback(host)) {
    out.line('It asks for a token: sluice viewer token create makes one.');
  }
  out.line(out.colors.dim('Ctrl-C ends it; runs that were started from it go on.'));
}

/** Resolves at Ctrl-C or SIGTERM. A second one ends the process at once, as it would without us. */
function stopAsked(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  return new Promise((resolve) => {
    const stop = (): void => {
      for (const signal of signals) process.removeListener(signal, stop);
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
