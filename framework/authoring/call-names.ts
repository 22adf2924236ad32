import { AsyncLocalStorage } from 'node:async_hooks';

/** Gives every call of a body an id that is its own, and the same in every run that makes the same calls. */
export interface CallNames {
  /** @param scope of the pipeline call that the body belongs to, `tune~`; empty in the outermost body. */
  next(name: string, scope: string): string;
}

/** `train`, `train-2`, `train-3`: in the order of the calls. For bodies on stand-ins, where nothing is ever waited for. */
export function namesInOrder(): CallNames {
  const counts = new Map<string, number>();
  return { next: (name, scope) => `${scope}${counted(counts, name, scope)}` };
}

function counted(counts: Map<string, number>, name: string, scope = ''): string {
  const count = (counts.get(scope + name) ?? 0) + 1;
  counts.set(scope + name, count);
  return count === 1 ? name : `${name}-${count}`;
}

/** A strand of calls that follow one another. */
interface Lane {
  readonly scope: string;
  /** `@train-2`: the strand that goes on after that call, beside others; empty for the body's own. */
  readonly label: string;
  readonly counts: Map<string, number>;
}

interface Call {
  readonly id: string;
  readonly lane: Lane;
  readonly segment: object;
  /** More calls came from the same lane before anything was waited for: what follows this one goes on beside what follows those. */
  isFollowed: boolean;
  own: Lane | undefined;
}

/** Where some code is: after which call of which lane. */
interface Position {
  readonly names: CallNames;
  readonly lane: Lane;
  readonly last: Call | undefined;
}

const positions = new AsyncLocalStorage<Position | undefined>();

/**
 * The names of a body that runs live. Calls made together are numbered as they are made (`train`, `train-2`); what goes on after one of them,
 * beside the others, is named after it (`evaluate@train`, `evaluate@train-2`), so that which of them ends first changes no name. The last one of
 * them shares its strand with the code that waits for all. Code follows a call where its asynchronous context does; two functions that wait for
 * calls which a third one made share the third one's strand, and there the order of their calls in time decides.
 */
export function namesByLane(): CallNames {
  const roots = new Map<string, Lane>();
  let segment: object | undefined;

  /** The same as long as no code has waited. */
  function thisSegment(): object {
    if (!segment) {
      segment = {};
      queueMicrotask(() => {
        segment = undefined;
      });
    }
    return segment;
  }

  function root(scope: string): Lane {
    const lane = roots.get(scope) ?? { scope, label: '', counts: new Map() };
    roots.set(scope, lane);
    return lane;
  }

  function laneAt(scope: string): { readonly lane: Lane; readonly last: Call | undefined } {
    const at = positions.getStore();
    // Code of another body, or of a pipeline call around this one.
    if (at?.names !== names || at.lane.scope !== scope) return { lane: root(scope), last: undefined };
    const { last } = at;
    if (!last?.isFollowed || last.segment === segment) return at;
    last.own ??= { scope, label: `@${last.id}`, counts: new Map() };
    return { lane: last.own, last: undefined };
  }

  const names: CallNames = {
    next(name, scope) {
      const here = thisSegment();
      const { lane, last } = laneAt(scope);
      const id = `${counted(lane.counts, name)}${lane.label}`;
      if (last?.segment === here) last.isFollowed = true;
      const call: Call = { id, lane, segment: here, isFollowed: false, own: undefined };
      positions.enterWith({ names, lane, last: call });
      return `${scope}${id}`;
    },
  };
  return names;
}

/** Runs a body at the beginning of its own strand; the code around it stays where it is. */
export const fromTheStart = <R>(body: () => R): R => positions.run(undefined, body);

/** Runs a body within something that sets the asynchronous context back when it ends, and leaves the code after it where the body came to. */
export function keepPlace<R>(within: (body: () => R) => R, body: () => R): R {
  let place = positions.getStore();
  const result = within(() => {
    const inner = body();
    place = positions.getStore();
    return inner;
  });
  positions.enterWith(place);
  return result;
}
