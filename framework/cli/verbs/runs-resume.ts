import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { continueRun } from './continue-run.ts';

/** `sluice runs resume RUN` */
export const runsResumeVerb = (call: Call): Promise<ExitCode> => continueRun(call, 'resume');
