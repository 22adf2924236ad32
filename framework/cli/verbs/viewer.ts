import { join } from 'node:path';
import type { Stack } from '../../components/stack.ts';
import { messageOf } from '../../executor/stored-error.ts';
import { viewerPages } from '../../server/pages-folder.ts';
import { type ChosenToken, chosenToken, withoutToken } from '../../server/security/chosen-token.ts';
import { isLoopback } from '../../server/security/is-loopback.ts';
import { type Role, viewerTokens } from '../../server/security/viewer-tokens.ts';
import { type RunningServer, startServer } from '../../server/start-server.ts';
import { announceViewer } from '../../server/viewer-state.ts';
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
    const server = await serve(invocation, stack, options);
    const takeBack = await announceViewer(stack.home, { url: server.url, stack: stack.name });
    try {
      const link = `${server.url}/${await tokenQuery(stack, options)}`;
      sayWhere(invocation, stack, { link, ...options });
      if (options.open) await openInBrowser(link);
      await stopAsked();
    } finally {
      await takeBack();
      await server.close();
    }
  };
  await withStack(invocation, serveUntilAsked, { isServer: true });
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
    bin: join(root, 'bin', 'sluice.js'),
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
  { link, host, chosen }: { readonly link: string } & Pick<Asked, 'host' | 'chosen'>,
): void {
  const { out } = terminal;
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
