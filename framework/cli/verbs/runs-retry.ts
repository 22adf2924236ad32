import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { continueRun } from './continue-run.ts';

/** `sluice runs retry RUN` */
export const runsRetryVerb = (call: Call): Promise<ExitCode> => continueRun(call, 'retry');
