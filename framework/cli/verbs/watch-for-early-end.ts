import { ERRORS, sluiceError } from '../../errors.ts';
import { storedError } from '../../executor/stored-error.ts';
import type { ErrorNotice } from '../reporters/print-error.ts';

/**
 * Tells of an end that user code brings upon the command while its run goes on: an error where nobody can catch it (a timer, a promise that nobody
 * awaits), `process.exit` in an inline step. Without it the former shows the engine's own frames, and the latter can look like success.
 * @param onEnd prints; what it does has to be done when it returns.
 * @returns what stops watching: the run is over.
 */
export function watchForEarlyEnd(onEnd: (notice: ErrorNotice) => void): () => void {
  const { exit: failed } = ERRORS.ERR_RUN_ENDED_EARLY;
  function onError(error: unknown): void {
    // Somebody else, a library of the user, takes care of such errors.
    if (process.listenerCount('uncaughtException') > 1) return;
    const { message, stack } = storedError(error);
    end(`an error that nobody caught: ${message}`, stack);
    process.exit(failed);
  }
  function onExit(code: number): void {
    end(`user code ended it with code ${code} (process.exit)`);
    process.exitCode = failed;
  }
  function end(how: string, stack?: string): void {
    release();
    const { code, message, hint } = sluiceError('ERR_RUN_ENDED_EARLY', { how });
    onEnd({ code, message, hint, ...(stack !== undefined && { stack }) });
  }
  function release(): void {
    process.off('uncaughtException', onError).off('exit', onExit);
  }
  process.on('uncaughtException', onError).on('exit', onExit);
  return release;
}
