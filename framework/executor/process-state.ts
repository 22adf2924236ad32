/** What a step can leave behind in its process, as far as it shows. */
export interface ProcessState {
  readonly cwd: string;
  readonly env: string;
  readonly globals: string;
  readonly listeners: ReadonlyMap<string, number>;
  /** Timers, sockets, servers, child processes: whatever would keep the process from ending, counted by kind. */
  readonly resources: ReadonlyMap<string, number>;
}

/** More than most steps leave, and far less than lets the next one run out of memory. */
const MOST_BYTES = 256 << 20;

export function processState(): ProcessState {
  // Made when they are first used, and handles then.
  void [process.stdout, process.stderr];
  return {
    cwd: process.cwd(),
    env: JSON.stringify(Object.entries(process.env).toSorted()),
    globals: Reflect.ownKeys(globalThis).map(String).toSorted().join(),
    listeners: new Map(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
    resources: counted(process.getActiveResourcesInfo()),
  };
}

/**
 * Whether a process that was in the state `before` is fit for another step: nothing runs on, nothing was set, and little memory is held.
 * What modules remember is not looked at: they are shared by the steps of a run as they are by inline ones.
 */
export function isAsBefore(before: ProcessState): boolean {
  const now = processState();
  const { heapUsed, external } = process.memoryUsage();
  return (
    process.exitCode === undefined &&
    heapUsed + external <= MOST_BYTES &&
    now.cwd === before.cwd &&
    now.env === before.env &&
    now.globals === before.globals &&
    hasNoMore(now.listeners, before.listeners) &&
    hasNoMore(now.resources, before.resources)
  );
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const hasNoMore = (now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): boolean =>
  [...now].every(([name, count]) => count <= (before.get(name) ?? 0));
