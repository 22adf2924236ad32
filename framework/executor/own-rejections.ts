interface Guard {
  isOwn(reason: unknown): boolean;
  /** Rejected promises that nobody has handled so far, with their reasons. */
  readonly open: Map<Promise<unknown>, unknown>;
}

/** Rejections of one run that nobody handles. */
export interface OwnRejections {
  /** What the first of them was rejected with. */
  first(): { readonly reason: unknown } | undefined;
  release(): void;
}

const guards = new Set<Guard>();

/**
 * A call that fails while nobody awaits it would end the process, and with it a run that could say what happened. While this watches, such
 * rejections are noted instead, if they are the run's own; others do what they always do.
 */
export function watchRejections(isOwn: (reason: unknown) => boolean): OwnRejections {
  const guard: Guard = { isOwn, open: new Map() };
  if (guards.size === 0) process.on('unhandledRejection', onUnhandled).on('rejectionHandled', onHandled);
  guards.add(guard);
  return {
    first() {
      const [reason] = guard.open.values();
      return guard.open.size === 0 ? undefined : { reason };
    },
    release() {
      guards.delete(guard);
      if (guards.size === 0) process.off('unhandledRejection', onUnhandled).off('rejectionHandled', onHandled);
    },
  };
}

function onUnhandled(reason: unknown, promise: Promise<unknown>): void {
  const own = [...guards].find(({ isOwn }) => isOwn(reason));
  if (own) own.open.set(promise, reason);
  // What Node does when nobody listens.
  else if (process.listenerCount('unhandledRejection') === 1) throw reason;
}

/** Somebody came to await it after all. */
function onHandled(promise: Promise<unknown>): void {
  for (const { open } of guards) open.delete(promise);
}
