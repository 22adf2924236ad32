import { SluiceError, sluiceError } from '../errors.ts';
import type { HookContext, Hooks } from '../model/hook.ts';
import type { HookFailure } from '../model/recording.ts';
import { durationMs } from './duration-ms.ts';
import { storedError } from './stored-error.ts';
import { saidDuration } from './within-limits.ts';

export interface HookCall {
  readonly hooks: Hooks;
  readonly kind: HookFailure['hook'];
  readonly context: HookContext;
  /** What it hangs on, in words: `step train`. */
  readonly of: string;
  /** Aborted: nobody waits for it any more. */
  readonly now: AbortSignal;
}

/** Calls a hook, if there is one. Never rejects: what goes wrong is returned. */
export async function callHook({ hooks, kind, context, of, now }: HookCall): Promise<HookFailure | undefined> {
  const hook = hooks[kind];
  if (!hook) return undefined;
  const { hookTimeout = '30s' } = hooks;
  const late = sluiceError('ERR_HOOK', {
    hook: kind,
    of,
    reason: `it did not end within ${saidDuration(hookTimeout)}`,
  });
  const given = sluiceError('ERR_HOOK', { hook: kind, of, reason: 'the run was cancelled while it ran' });
  let stop: (() => void) | undefined;
  const limit = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(late), durationMs(hookTimeout));
    const onNow = (): void => reject(given);
    now.addEventListener('abort', onNow);
    stop = () => {
      clearTimeout(timer);
      now.removeEventListener('abort', onNow);
    };
  });
  try {
    await Promise.race([(async () => hook(context))(), limit]);
    return undefined;
  } catch (error) {
    const shown = storedError(error);
    const isOurs = error instanceof SluiceError && error.code === 'ERR_HOOK';
    const reason = shown.message;
    const fault = isOurs
      ? shown
      : { ...storedError(sluiceError('ERR_HOOK', { hook: kind, of, reason })), ...stackOf(shown) };
    return Object.freeze({ hook: kind, at: Date.now(), error: fault });
  } finally {
    stop?.();
  }
}

const stackOf = ({ stack }: { readonly stack?: string }) => (stack === undefined ? {} : { stack });
