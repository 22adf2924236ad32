import { randomBytes } from 'node:crypto';
import type { Plan } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import type { RunRecord } from '../model/run.ts';
import { secretValues } from '../secret-values.ts';
import { gitSource } from './git-source.ts';
import { jsonData } from './json-data.ts';
import { runEnvironment } from './run-environment.ts';
import type { StartOptions } from './start-run.ts';

/** The record of a run that begins now. */
export function runRecord(plan: Plan, options: StartOptions): RunRecord {
  const { stack, executor, definition } = options;
  const now = Date.now();
  const git = gitSource(stack.projectDir);
  const id = randomBytes(6).toString('hex');
  return Object.freeze({
    id,
    // The beginning of the id tells runs apart that begin in one second.
    name: options.name ?? `${definition.name}-${timeName(now)}-${id.slice(0, 4)}`,
    pipeline: definition.name,
    status: 'running',
    stack: stack.name,
    source: definition.file,
    params: shownParams(definition.name, options.params),
    tags: options.tags ?? [],
    mode: options.mode ?? 'fail-fast',
    plan: plan.toJSON(),
    executor,
    createdAt: now,
    startedAt: now,
    endedAt: null,
    result: null,
    error: null,
    resumedFrom: options.resumeFrom ?? null,
    cancelRequested: false,
    notes: options.notes === undefined ? null : secretValues.mask(options.notes),
    environment: runEnvironment(),
    git: git ? { ...git, dirty: null } : null,
    hookFailures: null,
  });
}

/** Parameters as data. @throws ERR_PARAMS when one holds a password of the stack: they are stored, and shown to everybody. */
function shownParams(pipeline: string, params: unknown): unknown {
  const data = jsonData(params, []);
  const telling = Object.entries(data ?? {}).filter(([, value]) =>
    secretValues.areIn(Buffer.from(JSON.stringify(value))),
  );
  if (telling.length === 0) return data;
  const why = 'holds the value of a secret of this stack, and parameters are stored and shown';
  const problems = telling.map(([name]) => `${name} ${why}: let the step read it from the environment.`);
  throw sluiceError('ERR_PARAMS', { pipeline, problems });
}

/** `20261121-043000`, local time: what people remember a run by. */
function timeName(time: number): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
}
