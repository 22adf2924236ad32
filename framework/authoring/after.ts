import { sluiceError } from '../errors.ts';
import { currentRecording, recordIn } from './recorder.ts';

/**
 * Orders without data: the steps called in `body` start only when the steps behind `values` have ended well. A value is what a step returned, a
 * field of it, the promise of a call that was not awaited, or a list of those. The order is not part of any cache key. Outside a pipeline it just
 * calls `body`.
 *
 * @throws ERR_PIPELINE_DEFINITION for a promise that is not a step's.
 * @example
 * const loaded = await steps.load(params.url);
 * const report = await after(loaded, () => steps.report(params.title));
 */
export function after<R>(values: unknown, body: () => R): R {
  const now = currentRecording();
  if (!now) return body();
  const listed = Array.isArray(values) && now.recorder.nodeOf(values) === undefined ? values : [values];
  const nodes = listed.flatMap((value: unknown) => {
    const node = now.recorder.nodeOf(value);
    if (node === undefined && value instanceof Promise) throw foreignPromise(now.recorder.pipeline);
    return node ?? [];
  });
  return recordIn({ ...now, after: [...now.after, ...nodes] }, body);
}

const foreignPromise = (pipeline: string): Error =>
  sluiceError('ERR_PIPELINE_DEFINITION', {
    pipeline,
    problem: 'after() was given a promise that is not the call of a step, so there is no step to wait for.',
    fix: 'Await it first, or name the calls: after([a, b], () => steps.c()).',
  });
