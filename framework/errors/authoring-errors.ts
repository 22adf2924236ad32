import { errorRow } from './error-row.ts';

/** What a pipeline or a step says about itself and can't mean: plans, bodies, parameters, values. */
export const AUTHORING_ERRORS = {
  ERR_SYMBOLIC_VALUE: errorRow<{ value: string; use: string; wrong: string; right: string }>(
    2,
    ({ value, use }) => `The pipeline body tried to ${use} ${value}, which has no value until the run.`,
    ({ wrong, right }) =>
      `Move that code into a step, or let the body run live: @pipeline({ dynamic: true }).\n  wrong: ${wrong}\n  right: ${right}`,
  ),
  ERR_STEP_DEFINITION: errorRow<{ step: string; problem: string; fix: string }>(
    2,
    ({ step, problem }) => `@step ${step}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_PIPELINE_DEFINITION: errorRow<{ pipeline: string; problem: string; fix: string }>(
    2,
    ({ pipeline, problem }) => `@pipeline ${pipeline}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_PIPELINE_NOT_STATIC: errorRow<{ pipeline: string; difference: string }>(
    1,
    ({ pipeline, difference }) =>
      `The body of pipeline ${pipeline} makes other calls on real values than it made when it was planned: ${difference}.`,
    () =>
      'The body of a static pipeline may not decide on a step result, the clock or chance. Move the decision into a step, make it on a parameter, or let the body run live: @pipeline({ dynamic: true }).',
  ),
  ERR_PIPELINE_BODY: errorRow<{ pipeline: string; problem: string; fix?: string }>(
    1,
    ({ pipeline, problem }) => `The body of pipeline ${pipeline} failed: ${problem}`,
    ({ fix }) => fix ?? 'What was committed is kept: mend the body, then run again or sluice runs resume RUN.',
  ),
  ERR_PIPELINE_NONDETERMINISTIC: errorRow<{ pipeline: string; run: string; difference: string }>(
    1,
    ({ pipeline, run, difference }) =>
      `The body of pipeline ${pipeline} makes other calls than run ${run}, which it resumes, although it got the same results: ${difference}.`,
    ({ pipeline }) =>
      `A body may decide on parameters and on results of steps, not on chance, the clock or what ends first: do that in a step, whose result is recorded. To begin afresh: sluice run ${pipeline}.`,
  ),
  ERR_PLAN_CYCLE: errorRow<{ path: readonly string[] }>(
    2,
    ({ path }) => `The plan has a cycle: ${path.join(' → ')}.`,
    () => 'Remove one of the after() calls on that path.',
  ),
  ERR_PARAMS: errorRow<{ pipeline: string; problems: readonly string[]; hint?: string }>(
    2,
    ({ pipeline, problems }) => `Parameters of pipeline ${pipeline}:\n${problems.map((p) => `  ${p}`).join('\n')}`,
    ({ pipeline, hint }) => hint ?? `sluice run ${pipeline} --help lists every parameter with its type and default.`,
  ),
  ERR_UNENCODABLE: errorRow<{ where: string; kind: string }>(
    2,
    ({ where, kind }) => `${where} is ${kind}, which has no canonical form.`,
    ({ kind }) =>
      kind === 'an instance of Promise'
        ? 'An await is missing: const rows = await steps.load(), then steps.fit(rows).'
        : 'Pass plain data, Map, Set, Date, BigInt, typed arrays, a FileRef or a DirectoryRef.',
  ),
} as const;
