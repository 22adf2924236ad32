import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');
const bin = join(root, 'bin', 'sluice.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartedCommand {
  readonly ended: Promise<Ended>;
  /** Resolves with standard output so far when that holds the text, or matches. */
  said(text: string | RegExp): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** What a terminal does on Ctrl-C: every process of the command gets it. For commands that were started with `group`. */
  signalGroup(name: NodeJS.Signals): void;
  /** Gives it text on standard input, and ends that. */
  typed(text: string): void;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In a process group of its own, as a terminal starts commands. */
  readonly group?: boolean;
}

/** Starts the real command, through its bin file, without a shell. */
export function startSluice(args: readonly string[], { cwd, env, group = false }: CommandOptions): StartedCommand {
  if (!existsSync(join(root, 'dist', 'cli.js'))) throw new Error('These tests run the built command: npm run build.');
  const inherited = { ...process.env };
  // What the machine that runs the tests happens to say must not change what they see.
  for (const name of ['SLUICE_HOME', 'SLUICE_STACK', 'FORCE_COLOR', 'NO_COLOR', 'CI', 'NODE_OPTIONS'])
    delete inherited[name];
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...inherited, ...env }, detached: group });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  return {
    ended,
    said: (text) =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (typeof text === 'string' ? !stdout.includes(text) : !text.test(stdout)) return;
          listeners.delete(look);
          done(stdout);
        };
        listeners.add(look);
        look();
        void ended.then(() => fail(new Error(`It ended without saying ${String(text)}:\n${stdout}${stderr}`)));
      }),
    signal: (name) => void child.kill(name),
    signalGroup: (name) => void process.kill(-child.pid!, name),
    typed: (text) => void child.stdin.end(text),
  };
}

/** Runs the real command to its end. */
export const sluice = (args: readonly string[], options: CommandOptions): Promise<Ended> =>
  startSluice(args, options).ended;

/** A project of these files in a temporary folder; packages are those of this checkout. */
export function project(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-cli-'));
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'), 'junction');
  return dir;
}
