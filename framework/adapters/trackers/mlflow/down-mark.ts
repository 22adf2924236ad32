import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file beside the spool that tells other processes that the server took nothing the last time, and why. */
export interface DownMark {
  set(message: string): void;
  clear(): void;
  /** Whether that was so recently that asking again is a waste of somebody's time. */
  isSet(): boolean;
  /** `at`: milliseconds since the epoch. */
  read(): { readonly message: string; readonly at: number } | undefined;
}

/** @param rememberedMs for how long it counts. */
export function downMark(folder: string, rememberedMs: number): DownMark {
  const path = join(folder, 'down');
  const since = (): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return {
    set(message) {
      // Where something waits there is a folder; one that somebody has removed meanwhile must not come back.
      if (existsSync(folder)) writeFileSync(path, message);
    },
    clear: () => rmSync(path, { force: true }),
    isSet() {
      const at = since();
      return at !== undefined && Date.now() - at < rememberedMs;
    },
    read() {
      const at = since();
      return at === undefined ? undefined : { message: readFileSync(path, 'utf8'), at };
    },
  };
}
