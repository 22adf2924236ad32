import { nearest } from './nearest.ts';

/** One row of the error table: how the message and the hint are made from typed arguments. */
interface ErrorRow<A> {
  /** Exit code of the command when this error ends it: 1 the run failed, 2 wrong usage or configuration, 130 cancelled. */
  readonly exit: 1 | 2 | 130;
  readonly message: (args: A) => string;
  readonly hint: (args: A) => string;
}

const row = <A>(exit: ErrorRow<A>['exit'], message: (args: A) => string, hint: (args: A) => string): ErrorRow<A> => ({
  exit,
  message,
  hint,
});

/**
 * Every error that Sluice raises on purpose: code → message and way out. `ARCHITECTURE.md` lists the same codes; a test holds the two equal.
 * Messages name the value and the place; hints name the way out.
 */
export const ERRORS = {
  // --- authoring -------------------------------------------------------------------------------------------------
  ERR_SYMBOLIC_VALUE: row<{ value: string; use: string; wrong: string; right: string }>(
    2,
    ({ value, use }) => `The pipeline body tried to ${use} ${value}, which has no value until the run.`,
    ({ wrong, right }) =>
      `Move that code into a step, or let the body run live: @pipeline({ dynamic: true }).\n  wrong: ${wrong}\n  right: ${right}`,
  ),
  ERR_STEP_DEFINITION: row<{ step: string; problem: string; fix: string }>(
    2,
    ({ step, problem }) => `@step ${step}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_PIPELINE_DEFINITION: row<{ pipeline: string; problem: string; fix: string }>(
    2,
    ({ pipeline, problem }) => `@pipeline ${pipeline}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_PIPELINE_NOT_STATIC: row<{ pipeline: string; difference: string }>(
    1,
    ({ pipeline, difference }) =>
      `The body of pipeline ${pipeline} makes other calls on real values than it made when it was planned: ${difference}.`,
    () =>
      'The body of a static pipeline may not decide on a step result, the clock or chance. Move the decision into a step, make it on a parameter, or let the body run live: @pipeline({ dynamic: true }).',
  ),
  ERR_PIPELINE_BODY: row<{ pipeline: string; problem: string; fix?: string }>(
    1,
    ({ pipeline, problem }) => `The body of pipeline ${pipeline} failed: ${problem}`,
    ({ fix }) => fix ?? 'What was committed is kept: mend the body, then run again or sluice runs resume RUN.',
  ),
  ERR_PIPELINE_NONDETERMINISTIC: row<{ pipeline: string; run: string; difference: string }>(
    1,
    ({ pipeline, run, difference }) =>
      `The body of pipeline ${pipeline} makes other calls than run ${run}, which it resumes, although it got the same results: ${difference}.`,
    ({ pipeline }) =>
      `A body may decide on parameters and on results of steps, not on chance, the clock or what ends first: do that in a step, whose result is recorded. To begin afresh: sluice run ${pipeline}.`,
  ),
  ERR_PLAN_CYCLE: row<{ path: readonly string[] }>(
    2,
    ({ path }) => `The plan has a cycle: ${path.join(' → ')}.`,
    () => 'Remove one of the after() calls on that path.',
  ),
  ERR_PARAMS: row<{ pipeline: string; problems: readonly string[]; hint?: string }>(
    2,
    ({ pipeline, problems }) => `Parameters of pipeline ${pipeline}:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    ({ pipeline, hint }) => hint ?? `sluice run ${pipeline} --help lists every parameter with its type and default.`,
  ),
  ERR_UNENCODABLE: row<{ where: string; kind: string }>(
    2,
    ({ where, kind }) => `${where} is ${kind}, which has no canonical form.`,
    ({ kind }) =>
      kind === 'an instance of Promise'
        ? 'An await is missing: const rows = await steps.load(), then steps.fit(rows).'
        : 'Pass plain data, Map, Set, Date, BigInt, typed arrays, a FileRef or a DirectoryRef.',
  ),
  // --- steps -----------------------------------------------------------------------------------------------------
  ERR_INPUT: row<{ message: string; hint: string }>(
    1,
    ({ message }) => message,
    ({ hint }) => hint,
  ),
  ERR_STEP_FAILED: row<{ step: string; reason: string }>(
    1,
    ({ step, reason }) => `Step ${step} failed: ${reason}`,
    () => 'sluice runs logs RUN --step STEP shows what it printed.',
  ),
  ERR_STEP_TIMEOUT: row<{ step: string; timeout: string }>(
    1,
    ({ step, timeout }) => `Step ${step} did not end within ${timeout}.`,
    () => 'Raise its timeout in @step({ timeout }), or make it shorter.',
  ),
  ERR_STEP_PROCESS_DIED: row<{ step: string; how: string }>(
    1,
    ({ step, how }) => `The process of step ${step} died: ${how}.`,
    () => 'The step called exit, ran out of memory or was killed from outside. sluice runs logs shows its last words.',
  ),
  ERR_RUN_ENDED_EARLY: row<{ how: string }>(
    1,
    ({ how }) => `The process ended before its run: ${how}.`,
    () =>
      "Await every promise, catch what timers and listeners throw, leave process.exit to steps with isolation: 'process'. The run is lost, what it committed stays: sluice runs resume latest.",
  ),
  ERR_RESOURCES: row<{ step: string; what: string; wanted: string; has: string }>(
    2,
    ({ step, what, wanted, has }) => `Step ${step} asks for ${what}: ${wanted}, and there is ${has}.`,
    ({ what, wanted }) =>
      what === 'gpu'
        ? `NVIDIA ones are counted. Where there are others, say so: SLUICE_GPUS=${wanted}, or in the stack orchestrator: { flavor: local, gpu: ${wanted} }. Or ask for fewer in @step({ resources }), or in a --config file.`
        : `Ask for less in @step({ resources }), or say what there is in the stack: orchestrator: { flavor: local, ${what}: … }.`,
  ),
  ERR_HOOK: row<{ hook: string; of: string; reason: string }>(
    1,
    ({ hook, of, reason }) => `The ${hook} hook of ${of} failed: ${reason}`,
    () => 'It changed nothing of the run. sluice runs show RUN lists the hooks that failed.',
  ),
  ERR_CANCELLED: row<{ what: string }>(
    130,
    ({ what }) => `${what} was cancelled.`,
    () => 'sluice runs resume RUN continues from what was committed.',
  ),
  // --- code and projects -----------------------------------------------------------------------------------------
  ERR_SOURCE_SYNTAX: row<{ at: string; problem: string; frame: string }>(
    2,
    ({ at, problem, frame }) => `${at}: ${problem}${frame ? `\n${frame}` : ''}`,
    () => 'Mend that line; npx tsc --noEmit lists every other one.',
  ),
  ERR_SOURCE_CHANGED: row<{ path: string }>(
    1,
    ({ path }) => `${path} was changed after the run had started.`,
    () =>
      'A run uses the code it started with, and this file was not loaded yet. Run again: what was committed is kept.',
  ),
  ERR_SOURCE_NOT_FOUND: row<{ specifier: string; importer: string }>(
    2,
    ({ specifier, importer }) => `${importer} imports ${specifier}, which does not exist.`,
    () => 'Check the path of that import.',
  ),
  ERR_STEP_SOURCE: row<{ step: string; file: string; problem: string }>(
    2,
    ({ step, file, problem }) => `The source of step ${step} was not found in ${file}: ${problem}.`,
    () =>
      'A step is a method written in its class, and the file with the class must still be there while the run goes.',
  ),
  // --- the command -----------------------------------------------------------------------------------------------
  ERR_USAGE: row<{ message: string; hint: string }>(
    2,
    ({ message }) => message,
    ({ hint }) => hint,
  ),
  ERR_FILTER: row<{ text: string; problem: string; at: number; fix: string }>(
    2,
    ({ text, problem, at }) => `The filter "${text}" is not understood at character ${at + 1}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_CONFIG: row<{ file: string; problem: string; fix: string }>(
    2,
    ({ file, problem }) => `${file}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_NOT_FOUND: row<{ what: string; reference: string; hint: string }>(
    2,
    ({ what, reference }) => `There is no ${what} ${reference}.`,
    ({ hint }) => hint,
  ),
  ERR_FILE_EXISTS: row<{ path: string; hint: string }>(
    2,
    ({ path }) => `${path} exists already.`,
    ({ hint }) => hint,
  ),
  ERR_UNEXPECTED: row<{ message: string }>(
    1,
    ({ message }) => message,
    () => 'The stack trace is shown with --debug.',
  ),
  // --- files, artifacts and stores -------------------------------------------------------------------------------
  ERR_SECRET_IN_RESULT: row<{ where: string }>(
    1,
    ({ where }) => `${where} holds the value of a secret of this stack, and results are stored and shown.`,
    () => 'Leave it out of what the step returns; a step that needs it reads it from the environment.',
  ),
  ERR_PACKAGE_MISSING: row<{ name: string; install: string }>(
    1,
    ({ name }) => `The package ${name} is not installed, and this step imports it.`,
    ({ install }) => `Run: ${install}`,
  ),
  ERR_FILE_NOT_FOUND: row<{ path: string; what: string }>(
    2,
    ({ path, what }) => `${what} ${path} does not exist.`,
    () => 'Check the path; a relative one counts from the current folder.',
  ),
  ERR_ARTIFACT_MISSING: row<{ digest: string; store: string }>(
    1,
    ({ digest, store }) => `Artifact ${digest} is not in the store ${store}.`,
    () => 'Run the pipeline again: the step that made it will run and put it back.',
  ),
  ERR_ARTIFACT_DAMAGED: row<{ digest: string; store: string; found: string }>(
    1,
    ({ digest, store, found }) => `Artifact ${digest} in the store ${store} is damaged: its bytes hash to ${found}.`,
    () => 'Run the pipeline again: the step that made it will run and put it back.',
  ),
  ERR_STORE_WRITE: row<{ store: string; path: string; reason: string; fix?: string }>(
    1,
    ({ store, path, reason }) => `The store ${store} could not write ${path}: ${reason}.`,
    ({ fix = 'Free some space or mend the permissions, then run again: what was committed is kept.' }) => fix,
  ),
  ERR_STORE_READ: row<{ store: string; path: string; reason: string }>(
    1,
    ({ store, path, reason }) => `The store ${store} could not read ${path}: ${reason}.`,
    () =>
      'Look at the disk and the permissions, then run again: what was committed is kept. sluice doctor tries the store.',
  ),
  ERR_STORE_OPEN: row<{ store: string; path: string; reason: string; fix?: string }>(
    2,
    ({ store, path, reason }) => `The store ${store} could not be opened at ${path}: ${reason}.`,
    ({ fix = 'sluice doctor tries every component and says what to do.' }) => fix,
  ),
  ERR_STORE_BUSY: row<{ store: string; location: string; reason: string }>(
    1,
    ({ store, location, reason }) => `The store ${store} at ${location} is too busy: ${reason}.`,
    () =>
      'Run again: what was committed is kept. If it stays so, look what holds the server up, or raise the timeouts of the component.',
  ),
  ERR_GC_FORMAT: row<{ digest: string; format: string; version: number }>(
    2,
    ({ digest, format, version }) =>
      `Artifact ${digest.slice(0, 12)} has parts which only its materializer can find, and there is none here for ${format} version ${version}. Nothing was removed.`,
    () =>
      'Name the pipeline that has it: sluice artifacts gc --pipeline NAME (the one whose @pipeline({ materializers }) has that format).',
  ),
  ERR_STORE_UNREACHABLE: row<{ store: string; location: string; action: string; reason: string; seconds: number }>(
    1,
    ({ store, location, action, reason, seconds }) =>
      `The store ${store} at ${location} could not ${action}: ${reason}${seconds > 0 ? ` (tried for ${seconds} s)` : ''}.`,
    () =>
      'See that its server runs and can be reached from here (sluice stack doctor), then run again: what was committed is kept.',
  ),
  ERR_STORE_REFUSED: row<{ store: string; location: string; action: string; reason: string; fix: string }>(
    1,
    ({ store, location, action, reason }) => `The store ${store} at ${location} refused to ${action}: ${reason}.`,
    ({ fix }) => fix,
  ),
  ERR_SCHEMA_NEWER: row<{ store: string; found: number; known: number }>(
    2,
    ({ store, found, known }) => `The metadata store ${store} has schema version ${found}; this Sluice knows ${known}.`,
    () => 'Use the Sluice version that wrote it, or a newer one.',
  ),
  // --- projects, pipelines and stacks ------------------------------------------------------------------------------
  ERR_PIPELINE_IMPORT: row<{ file: string; reason: string }>(
    2,
    ({ file, reason }) => `${file} can't be imported: ${reason}`,
    () => 'npx tsc --noEmit names such faults with their lines; --debug shows the whole stack trace.',
  ),
  ERR_PIPELINE_NOT_FOUND: row<{
    reference: string;
    known: readonly string[];
    where: string;
    isAmbiguous: boolean;
  }>(
    2,
    ({ reference, where, isAmbiguous }) =>
      isAmbiguous
        ? `${reference} holds more than one pipeline.`
        : `There is no pipeline ${reference === where ? '' : `${reference} `}in ${where}.`,
    ({ reference, known, isAmbiguous }) => {
      if (isAmbiguous) return `Say which: ${known.map((name) => `${reference}#${name}`).join(', ')}.`;
      const what = 'A pipeline is an exported class with @pipeline in a file pipelines/….pipeline.ts.';
      if (known.includes(reference)) return `A file has the name, but exports no such class. ${what}`;
      if (known.length === 0) return what;
      const near = nearest(reference, known);
      return `${near ? `Did you mean ${near}? ` : ''}There are: ${known.join(', ')}. ${what}`;
    },
  ),
  ERR_STACK_NOT_FOUND: row<{ name: string; known: readonly string[] }>(
    2,
    ({ name }) => `There is no stack ${name}.`,
    ({ name, known }) => {
      const near = nearest(name, known);
      return `${near ? `Did you mean ${near}? ` : ''}There are: ${known.join(', ')}. A stack is a file stacks/NAME.yaml.`;
    },
  ),
  ERR_STACK_INVALID: row<{ file: string; problems: readonly string[] }>(
    2,
    ({ file, problems }) => `In ${file}:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    () =>
      'sluice artifact-store flavors lists the flavors of that kind with their options; so do metadata-store, experiment-tracker and orchestrator.',
  ),
  ERR_FLAVOR: row<{ flavor: string; where: string; problem: string; fix: string }>(
    2,
    ({ flavor, where, problem }) => `Flavor ${flavor} (${where}): ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_IN_USE: row<{ what: string; users: readonly string[]; fix: string }>(
    2,
    ({ what, users }) => `${what} is used by ${users.join(', ')}.`,
    ({ fix }) => fix,
  ),
  ERR_LOCKED: row<{ path: string; owner: string }>(
    1,
    ({ path, owner }) => `Another process has been changing these files for too long: ${path} belongs to ${owner}.`,
    ({ path }) => `If that process is gone, remove ${path}.`,
  ),
  ERR_SECRET_MISSING: row<{ name: string; where: string; known: readonly string[] }>(
    2,
    ({ name, where }) => `There is no secret ${name}, which ${where} asks for.`,
    ({ name, known }) => {
      const near = nearest(name, known);
      return `${near ? `Did you mean ${near}? Else set` : 'Set'} it on this machine: sluice secret set ${name}`;
    },
  ),
  ERR_SECRET_KEY: row<{ path: string; problem: string; fix: string }>(
    2,
    ({ path, problem }) => `The key of the secrets, ${path}: ${problem}`,
    ({ fix }) => fix,
  ),
  // --- the viewer ----------------------------------------------------------------------------------------------------
  ERR_VIEWER: row<{ problem: string; fix: string }>(
    2,
    ({ problem }) => problem,
    ({ fix }) => fix,
  ),
  ERR_VIEWER_REFUSED: row<{ problem: string; fix: string }>(
    2,
    ({ problem }) => problem,
    ({ fix }) => fix,
  ),
  ERR_SERVICES: row<{ problem: string; fix: string }>(
    1,
    ({ problem }) => problem,
    ({ fix }) => fix,
  ),
} as const;

export type ErrorCode = keyof typeof ERRORS;
type ArgsOf<C extends ErrorCode> = (typeof ERRORS)[C] extends ErrorRow<infer A> ? A : never;

/** The one error class of Sluice. Tests and callers look at `code`, people read `message` and `hint`. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get exitCode(): 1 | 2 | 130 {
    return ERRORS[this.code].exit;
  }
}

/** Makes the error of one table row. `cause` is kept. */
export function sluiceError<C extends ErrorCode>(code: C, args: ArgsOf<C>, cause?: unknown): SluiceError {
  const { message, hint } = ERRORS[code] as unknown as ErrorRow<ArgsOf<C>>;
  return new SluiceError(code, message(args), hint(args), cause === undefined ? undefined : { cause });
}

/** For steps and pipeline bodies: bad input, said in words. Of a step it is never retried (ERR_INPUT); of a body that plans it refuses the parameters (ERR_PARAMS). */
export function inputError(message: string, hint: string, cause?: unknown): SluiceError {
  return sluiceError('ERR_INPUT', { message, hint }, cause);
}
