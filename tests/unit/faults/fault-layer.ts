import type * as Fs from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** What a file system does to a call. */
export type FaultCode = 'ENOSPC' | 'EIO' | 'EROFS' | 'EMFILE';

interface Armed {
  /** Paths below it are the disk that fails. */
  readonly root: string;
  /** Number of the call, from 0. */
  readonly at: number;
  readonly code: FaultCode | 'power cut';
  /** Every later call fails too: a disk that stays full, a machine that is off. */
  readonly sticky: boolean;
}

let armed: Armed | undefined;
let calls: string[] = [];
let open = new Set<number>();
/** Files that were written to and not synced since, by their path now. */
let unsynced = new Set<string>();
/** Renames that no later sync of a folder made safe, the newest last. */
let renames: { from: string; to: string }[] = [];
let names = new Map<number, string>();

/**
 * Stands between the engine and `node:fs` (`vi.mock`): counts the calls that concern a folder, and has the n-th fail as a disk does, or the
 * power go at it.
 *
 * @example
 * vi.mock('node:fs', async (original) => (await import('./fault-layer.ts')).faultyFs(await original()));
 */
export const faults = {
  arm(options: Armed): void {
    armed = options;
    calls = [];
    open = new Set();
    unsynced = new Set();
    renames = [];
    names = new Map();
  },
  /** Back to a disk that works. @returns the calls that were made, by name. */
  disarm(): readonly string[] {
    armed = undefined;
    return calls;
  },
  /** What a power cut may have left of what was not synced. */
  lost: (): { readonly unsynced: readonly string[]; readonly renames: readonly { from: string; to: string }[] } => ({
    unsynced: [...unsynced],
    renames: [...renames],
  }),
};

/** A call of this name: fails when its time has come. @returns bytes that a torn write still takes, of a write that is the last thing done. */
function check(name: string): void {
  if (!armed) return;
  const number = calls.length;
  calls.push(name);
  if (number === armed.at || (armed.sticky && number > armed.at)) throw fault(name, armed.code);
}

function fault(name: string, code: Armed['code']): NodeJS.ErrnoException {
  const known = code === 'power cut' ? 'EIO' : code;
  return Object.assign(new Error(`${known}: made for a test, ${name}`), { code: known, syscall: name });
}

const concerns = (path: unknown): boolean => armed !== undefined && String(path).startsWith(armed.root);

function renamed(from: string, to: string): void {
  renames.push({ from, to });
  if (unsynced.delete(from)) unsynced.add(to);
  for (const [fd, path] of names) if (path === from) names.set(fd, to);
}

/** Every function whose first argument is a path. */
const SYNC_PATHS = [
  'accessSync',
  'copyFileSync',
  'linkSync',
  'lstatSync',
  'mkdirSync',
  'readFileSync',
  'readdirSync',
  'rmSync',
  'statSync',
  'unlinkSync',
  'utimesSync',
] as const;
const ASYNC_PATHS = [
  'chmod',
  'copyFile',
  'link',
  'lstat',
  'mkdir',
  'readFile',
  'readdir',
  'rm',
  'stat',
  'unlink',
  'utimes',
] as const;

type AnyFunction = (...args: readonly unknown[]) => unknown;

export function faultyFs(real: typeof Fs): typeof Fs {
  const made: Record<string, unknown> = { ...real };
  for (const name of SYNC_PATHS) {
    made[name] = (path: unknown, ...more: readonly unknown[]) => {
      if (concerns(path) || concerns(more[0])) check(name);
      return (real[name] as AnyFunction)(path, ...more);
    };
  }
  made['openSync'] = (path: string, ...more: readonly unknown[]) => {
    if (!concerns(path)) return (real.openSync as AnyFunction)(path, ...more);
    check('openSync');
    const fd = (real.openSync as AnyFunction)(path, ...more) as number;
    open.add(fd);
    names.set(fd, path);
    return fd;
  };
  made['writeSync'] = (fd: number, bytes: Uint8Array, ...more: readonly unknown[]) => {
    if (!open.has(fd)) return (real.writeSync as AnyFunction)(fd, bytes, ...more);
    unsynced.add(names.get(fd) ?? '');
    try {
      check('writeSync');
    } catch (error) {
      // Torn: a part has reached the disk.
      real.writeSync(fd, bytes.subarray(0, bytes.byteLength >> 1));
      throw error;
    }
    return (real.writeSync as AnyFunction)(fd, bytes, ...more);
  };
  made['fsync'] = (fd: number, done: (error: Error | null) => void) => {
    try {
      if (open.has(fd)) check('fsync');
    } catch (error) {
      queueMicrotask(() => done(error as Error));
      return;
    }
    unsynced.delete(names.get(fd) ?? '');
    real.fsync(fd, done);
  };
  made['fsyncSync'] = (fd: number) => {
    if (open.has(fd)) check('fsyncSync');
    unsynced.delete(names.get(fd) ?? '');
    real.fsyncSync(fd);
  };
  made['closeSync'] = (fd: number) => {
    open.delete(fd);
    names.delete(fd);
    real.closeSync(fd);
  };
  made['writeFileSync'] = (path: string, data: string, ...more: readonly unknown[]) => {
    if (!concerns(path)) return (real.writeFileSync as AnyFunction)(path, data, ...more);
    check('openSync');
    try {
      check('writeSync');
    } catch (error) {
      real.writeFileSync(path, data.slice(0, data.length >> 1));
      throw error;
    }
    unsynced.add(path);
    return (real.writeFileSync as AnyFunction)(path, data, ...more);
  };
  made['renameSync'] = (from: string, to: string) => {
    if (concerns(to)) check('renameSync');
    real.renameSync(from, to);
    if (concerns(to)) renamed(from, to);
  };
  return { ...made, default: made } as unknown as typeof Fs;
}

export function faultyPromises(real: typeof FsPromises): typeof FsPromises {
  const made: Record<string, unknown> = { ...real };
  for (const name of ASYNC_PATHS) {
    made[name] = async (path: unknown, ...more: readonly unknown[]) => {
      if (concerns(path) || concerns(more[0])) check(name);
      return (real[name] as AnyFunction)(path, ...more);
    };
  }
  made['open'] = async (path: string, ...more: readonly unknown[]) => {
    if (concerns(path)) check('open');
    const handle = (await (real.open as AnyFunction)(path, ...more)) as FileHandle;
    return concerns(path) ? faultyHandle(handle, path) : handle;
  };
  made['writeFile'] = async (path: string, data: string, options: { flush?: boolean } = {}) => {
    if (!concerns(path)) return real.writeFile(path, data, options);
    check('open');
    try {
      check('write');
    } catch (error) {
      await real.writeFile(path, data.slice(0, data.length >> 1), options);
      throw error;
    }
    await real.writeFile(path, data, options);
    if (!options.flush) unsynced.add(path);
    return undefined;
  };
  made['rename'] = async (from: string, to: string) => {
    if (concerns(to)) check('rename');
    await real.rename(from, to);
    if (concerns(to)) renamed(from, to);
  };
  return { ...made, default: made } as unknown as typeof FsPromises;
}

function faultyHandle(handle: FileHandle, path: string): FileHandle {
  names.set(handle.fd, path);
  const current = (): string => names.get(handle.fd) ?? path;
  return new Proxy(handle, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      const call = (...args: readonly unknown[]) => Reflect.apply(value as AnyFunction, target, args);
      if (key === 'write') {
        return async (bytes: Uint8Array, ...more: readonly unknown[]) => {
          unsynced.add(current());
          try {
            check('write');
          } catch (error) {
            await target.write(bytes.subarray(0, bytes.byteLength >> 1));
            throw error;
          }
          return call(bytes, ...more);
        };
      }
      if (key === 'sync' || key === 'read') {
        return async (...args: readonly unknown[]) => {
          check(key);
          if (key === 'sync') unsynced.delete(current());
          return call(...args);
        };
      }
      return call;
    },
  });
}
