import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { createAdaptorServer } from '@hono/node-server';
import type { Stack } from '../components/stack.ts';
import { sluiceError } from '../errors.ts';
import { markLostRuns } from '../executor/mark-lost-runs.ts';
import type { Project } from '../stack/project.ts';
import { createApp } from './create-app.ts';
import { cliLauncher } from './launch/cli-launcher.ts';
import { openLiveFeed } from './live/live-feed.ts';
import { type ChosenToken, orChosen } from './security/chosen-token.ts';
import { isLoopback } from './security/is-loopback.ts';
import { type Role, viewerTokens } from './security/viewer-tokens.ts';

export interface StartServerOptions {
  readonly stack: Stack;
  readonly project: Project;
  readonly version: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly host: string;
  /** Ask for a token on this machine's own address too. Elsewhere one is always asked for. */
  readonly needsToken: boolean;
  /** A token that counts beside those that were made for the project. */
  readonly chosen: ChosenToken | undefined;
  /** What who comes without a token may do, where none is asked for. */
  readonly openRole: Role;
  readonly pages: string | undefined;
  /** Absolute path of `bin/sluice.js`. */
  readonly bin: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onFault: (error: unknown) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:7717` */
  readonly url: string;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** How often runs whose process died are looked for. */
const LOST_EVERY_MS = 10_000;
/** Nobody who asks needs longer for the head of a request; who takes longer only holds a line. */
const HEAD_MS = 15_000;

/** Serves the viewer of a project. @throws ERR_VIEWER when it can't listen there. */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const { stack, project, host, onFault } = options;
  const needsToken = options.needsToken || !isLoopback(host);
  const live = await openLiveFeed(stack.metadataStore, { boot: randomBytes(6).toString('hex'), onFault });
  const hosts = new Set<string>();
  const app = createApp({
    stack,
    project,
    version: options.version,
    gate: {
      hosts: needsToken ? null : hosts,
      roleOf: needsToken ? orChosen(viewerTokens(project.home).roleOf, options.chosen) : null,
      openRole: options.openRole,
      cookie: `sluice_viewer_${options.port}`,
    },
    live,
    launcher: cliLauncher({ project, stack: stack.name, bin: options.bin, env: options.env }),
    pages: options.pages,
    now: Date.now,
    onFault,
  });
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: { headersTimeout: HEAD_MS } });
  const port = await listen(server, options);
  for (const name of ['127.0.0.1', 'localhost', '[::1]', addressText(host)]) hosts.add(`${name}:${port}`);
  const lost = setInterval(() => markLostRuns(stack).catch(onFault), LOST_EVERY_MS);
  lost.unref();
  const shown = ['0.0.0.0', '::'].includes(host) ? hostname() : addressText(host);
  return {
    url: `http://${shown}:${port}`,
    async close() {
      clearInterval(lost);
      await live.close();
      await new Promise<void>((done) => {
        server.close(() => done());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    },
  };
}

/** IPv6 stands in brackets. */
const addressText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function listen(server: ReturnType<typeof createAdaptorServer>, { host, port }: StartServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const problems: Readonly<Record<string, { readonly problem: string; readonly fix: string }>> = {
    EADDRINUSE: {
      problem: `Port ${port} of ${host} is taken.`,
      fix: `If it is a viewer, open http://${addressText(host)}:${port}; else choose another: sluice viewer --port 0 takes one that is free.`,
    },
    EADDRNOTAVAIL: {
      problem: `${host} is no address of this machine.`,
      fix: 'sluice viewer --host 0.0.0.0 serves all of them.',
    },
    EACCES: { problem: `This user may not listen on port ${port}.`, fix: 'Choose a port above 1023.' },
    ENOTFOUND: { problem: `There is no host ${host}.`, fix: 'Give an address of this machine.' },
  };
  const known = problems[error.code ?? ''] ?? {
    problem: `Can't listen on ${host}:${port}: ${error.message}`,
    fix: 'Choose another port or host.',
  };
  return sluiceError('ERR_VIEWER', known, error);
}
