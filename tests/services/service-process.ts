import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupGone, signalGroup } from './process-group.ts';
import type { Service } from './service.ts';
import type { ServiceFolder } from './service-folder.ts';

export interface ServiceProcessOptions {
  /** For messages: `Postgres`. */
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly folder: ServiceFolder;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The user it runs as, where that is not our own. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Ends it in good order. */
  readonly stopSignal?: NodeJS.Signals;
  /** Milliseconds it may take until it answers. */
  readonly patience: number;
  /** Asks it once; true when it does its work. */
  readonly answers: () => Promise<boolean>;
}

/** Leaders of the groups that end with us. */
const live = new Set<number>();
process.on('exit', () => {
  for (const pid of live) signalGroup(pid, 'SIGKILL');
});
// A signal would end us without the event above.
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.once(signal, () => process.exit(128 + number));
}

/**
 * Starts a server in a process group of its own and waits until it answers.
 *
 * @throws when it ends or stays silent, with the end of its log.
 */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<Service> {
  let child = await launch(options).catch((error: unknown) => {
    options.folder.remove();
    throw error;
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const pid = child.pid!;
    const gone = new Promise((done) => child.once('exit', done));
    if (signal === 'SIGKILL') signalGroup(pid, signal);
    else child.kill(signal);
    await gone;
    await groupGone(pid);
    live.delete(pid);
  };
  const { url, port, folder, stopSignal = 'SIGTERM' } = options;
  return {
    url,
    port,
    folder: folder.path,
    log: folder.log,
    get pid() {
      return child.pid!;
    },
    stop: () => end(stopSignal),
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end(stopSignal);
      child = await launch(options);
    },
    release: () => {
      live.delete(child.pid!);
      child.unref();
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
      folder.remove();
    },
  };
}

async function launch(options: ServiceProcessOptions): Promise<ChildProcess> {
  const deadline = Date.now() + options.patience;
  for (;;) {
    const child = spawnServer(options);
    const said = await untilAnswers(child, options, deadline);
    if (said === undefined) return child;
    // A Postgres that was killed leaves its backends for a moment, and they hold its shared memory.
    if (!said.includes('pre-existing shared memory block') || Date.now() > deadline) {
      throw new Error(`${options.name} did not start: ${options.command}\n${said}`);
    }
    await sleep(200);
  }
}

function spawnServer({ command, args, env, folder, owner }: ServiceProcessOptions): ChildProcess {
  const output = openSync(folder.log, 'a');
  try {
    const child = spawn(command, args, {
      cwd: folder.path,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      // A group of its own: its workers are ended with it, and Ctrl-C in a terminal reaches us and not it.
      detached: true,
      ...owner,
    });
    if (child.pid !== undefined) live.add(child.pid);
    return child;
  } finally {
    closeSync(output);
  }
}

/** Undefined when it answers; the end of its log when it ended or the time is up (then it is killed). */
async function untilAnswers(
  child: ChildProcess,
  { answers, folder }: ServiceProcessOptions,
  deadline: number,
): Promise<string | undefined> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  while (child.exitCode === null && child.signalCode === null && failure === undefined) {
    if (await answers()) return undefined;
    if (Date.now() > deadline) {
      failure = 'It did not answer in time.';
      signalGroup(child.pid!, 'SIGKILL');
    }
    await sleep(50);
  }
  if (child.pid !== undefined) live.delete(child.pid);
  return [failure, lastLines(folder.log)].filter(Boolean).join('\n');
}

function lastLines(log: string): string {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n') : '';
}
