import { Session } from 'node:inspector';
import { GUARD_HANDLES } from './guard.ts';

/**
 * Reaches the main thread from another one while its JavaScript computes: V8 looks for requests of the inspector between two statements, also
 * in a loop that never ends. It does not while native code runs.
 */
export interface MainThread {
  /** The value of an expression that is evaluated there, between two statements of whatever runs; undefined when there is no answer in time. */
  ask(call: string, timeoutMs: number): Promise<string | undefined>;
  /** Throws away the JavaScript that runs there: the event loop turns again. */
  terminate(): void;
  close(): void;
}

export function reachMainThread(run: string): MainThread {
  const session = new Session();
  session.connectToMainThread();
  const handle = `globalThis[Symbol.for(${JSON.stringify(GUARD_HANDLES)})]?.get(${JSON.stringify(run)})`;
  return {
    ask: (call, timeoutMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(undefined), timeoutMs);
        session.post(
          'Runtime.evaluate',
          { expression: `${handle}?.${call}`, returnByValue: true },
          (error: Error | null, answer?: { readonly result: { readonly value?: unknown } }) => {
            clearTimeout(timer);
            const value = error ? undefined : answer?.result.value;
            resolve(typeof value === 'string' ? value : undefined);
          },
        );
      }),
    terminate: () => session.post('Runtime.terminateExecution'),
    close: () => session.disconnect(),
  };
}
