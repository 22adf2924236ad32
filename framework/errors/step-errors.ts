import { errorRow } from './error-row.ts';

/** How steps, hooks and runs end badly. */
export const STEP_ERRORS = {
  ERR_INPUT: errorRow<{ message: string; hint: string }>(
    1,
    ({ message }) => message,
    ({ hint }) => hint,
  ),
  ERR_STEP_FAILED: errorRow<{ step: string; reason: string }>(
    1,
    ({ step, reason }) => `Step ${step} failed: ${reason}`,
    () => 'sluice runs logs RUN --step STEP shows what it printed.',
  ),
  ERR_STEP_TIMEOUT: errorRow<{ step: string; timeout: string }>(
    1,
    ({ step, timeout }) => `Step ${step} did not end within ${timeout}.`,
    () => 'Raise its timeout in @step({ timeout }), or make it shorter.',
  ),
  ERR_STEP_PROCESS_DIED: errorRow<{ step: string; how: string }>(
    1,
    ({ step, how }) => `The process of step ${step} died: ${how}.`,
    () => 'The step called exit, ran out of memory or was killed from outside. sluice runs logs shows its last words.',
  ),
  ERR_RUN_ENDED_EARLY: errorRow<{ how: string }>(
    1,
    ({ how }) => `The process ended before its run: ${how}.`,
    () =>
      "Await every promise, catch what timers and listeners throw, leave process.exit to steps with isolation: 'process'. The run is lost, what it committed stays: sluice runs resume latest.",
  ),
  ERR_SECRET_IN_RESULT: errorRow<{ where: string }>(
    1,
    ({ where }) => `${where} holds the value of a secret of this stack, and results are stored and shown.`,
    () => 'Leave it out of what the step returns; a step that needs it reads it from the environment.',
  ),
  ERR_PACKAGE_MISSING: errorRow<{ name: string; install: string }>(
    1,
    ({ name }) => `The package ${name} is not installed, and this step imports it.`,
    ({ install }) => `Run: ${install}`,
  ),
  ERR_RESOURCES: errorRow<{ step: string; what: string; wanted: string; has: string }>(
    2,
    ({ step, what, wanted, has }) => `Step ${step} asks for ${what}: ${wanted}, and there is ${has}.`,
    ({ what, wanted }) =>
      what === 'gpu'
        ? `NVIDIA ones are counted. Where there are others, say so: SLUICE_GPUS=${wanted}, or in the stack orchestrator: { flavor: local, gpu: ${wanted} }. Or ask for fewer in @step({ resources }), or in a --config file.`
        : `Ask for less in @step({ resources }), or say what there is in the stack: orchestrator: { flavor: local, ${what}: … }.`,
  ),
  ERR_HOOK: errorRow<{ hook: string; of: string; reason: string }>(
    1,
    ({ hook, of, reason }) => `The ${hook} hook of ${of} failed: ${reason}`,
    () => 'It changed nothing of the run. sluice runs show RUN lists the hooks that failed.',
  ),
  ERR_CANCELLED: errorRow<{ what: string }>(
    130,
    ({ what }) => `${what} was cancelled.`,
    () => 'sluice runs resume RUN continues from what was committed.',
  ),
} as const;
