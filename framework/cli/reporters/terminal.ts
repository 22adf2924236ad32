import type { WriteStream } from 'node:tty';
import { createColors } from 'picocolors';
import { systemReason } from '../../hashing/system-reason.ts';
import { secretValues } from '../../secret-values.ts';

export type Colors = ReturnType<typeof createColors>;

/** One of the process's two outputs. */
export interface Channel {
  write(text: string): void;
  line(text?: string): void;
  readonly colors: Colors;
  readonly isTerminal: boolean;
  /** Columns of the terminal; undefined in a pipe. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  /** Whoever read it has gone (`| head`): more output is pointless. */
  readonly closed: boolean;
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>;
}

export interface Terminal {
  /** Results. */
  readonly out: Channel;
  /** Errors; progress too, when `out` is kept for data. */
  readonly err: Channel;
  /** From now on whatever user code prints to standard output goes to standard error: the data stays alone on the former. */
  reserveOut(): void;
  /** Hands what others print on either output to `take`, until the returned function is called: it would tear a drawing apart. */
  interceptOthers(take: (text: string) => void): () => void;
}

/**
 * The command's outputs. Nobody else prints, and no secret gets through.
 *
 * A closed pipe is no error: what is written after it is dropped. Colours: `--no-color`, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal.
 */
export function createTerminal(options: {
  /** False: none, whatever the environment says. */
  readonly color: boolean;
  readonly env: NodeJS.ProcessEnv;
}): Terminal {
  maskOthers(process.stdout);
  maskOthers(process.stderr);
  const out = channel(process.stdout, options);
  const err = channel(process.stderr, options);
  return {
    out,
    err,
    reserveOut: () => {
      process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
    },
    interceptOthers: (take) => {
      const restores = [process.stdout, process.stderr]
        .filter(({ isTTY }) => isTTY)
        .map((stream) => intercept(stream, take));
      return () => {
        for (const restore of restores) restore();
      };
    },
  };
}

function channel(
  stream: WriteStream,
  { color, env }: { readonly color: boolean; readonly env: NodeJS.ProcessEnv },
): Channel {
  // Kept before anybody replaces it: step output is captured by replacing `write`, and ours must not be captured with it.
  const send = stream.write.bind(stream);
  let closed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!closed && error.code !== 'EPIPE' && error.code !== 'EOF') failOutput(stream, error);
    closed = true;
  });
  const write = (text: string): void => {
    if (!closed) send(text);
  };
  const isTerminal = stream.isTTY === true;
  return {
    write,
    line: (text = '') => write(`${text}\n`),
    colors: createColors(wantsColor(isTerminal, color, env)),
    isTerminal,
    get width() {
      return isTerminal ? stream.columns || 80 : undefined;
    },
    get height() {
      return isTerminal ? stream.rows || 24 : undefined;
    },
    get closed() {
      return closed;
    },
    flush: () => (closed ? Promise.resolve() : new Promise((done) => send('', () => done()))),
  };
}

/** Output that can't be written (a full disk) ends no run: its results are kept. It is said once, and the command ends with 1. */
function failOutput(stream: WriteStream, error: Error): void {
  if (stream === process.stdout) process.stderr.write(`✗ standard output can't be written: ${systemReason(error)}\n`);
  process.once('exit', () => {
    process.exitCode ||= 1;
  });
}

/** Whoever writes to a stream of this process, user code too, writes no secret. Bytes that are no text pass. */
function maskOthers(stream: WriteStream): void {
  const send = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: readonly unknown[]) => boolean;
  stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean =>
    send(typeof chunk === 'string' ? secretValues.mask(chunk) : chunk, ...rest)) as typeof stream.write;
}

function intercept(stream: WriteStream, take: (text: string) => void): () => void {
  const original = stream.write;
  stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    take(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = rest.at(-1);
    if (typeof done === 'function') process.nextTick(done);
    return true;
  }) as typeof stream.write;
  return () => {
    stream.write = original;
  };
}

function wantsColor(isTerminal: boolean, color: boolean, env: NodeJS.ProcessEnv): boolean {
  if (!color || env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}
