import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { executorProject } from './executor-project.ts';

describe("a step with isolation: 'process'", () => {
  it('runs in a process of its own, with its receiver, and is cached like any other', async () => {
    const project = executorProject();
    const going = project.go('Squares', { value: 3 });
    const first = await going.finished;
    expect(first?.run.result).toEqual({ value: 810, pid: expect.any(Number) });
    expect(first?.run.result).not.toMatchObject({ pid: going.child.pid });
    const second = await project.go('Squares', { value: 3 }).finished;
    expect(second?.steps.map(({ status }) => status)).toEqual(['cached', 'cached']);
    expect(second?.run.result).toEqual(first?.run.result);
  });

  it('has all it says kept: console, stdout, log, tracker, progress', async () => {
    const going = executorProject().go('Squares', { value: 3 });
    await going.finished;
    const lines = going.events.flatMap((event) =>
      event.type === 'step-log' && event.node === 'square' ? [`${event.line.source} ${event.line.message}`] : [],
    );
    expect(lines.toSorted()).toEqual(['log careful', 'stdout squaring 3', 'stdout straight to stdout']);
    expect(going.events.some(({ type }) => type === 'step-progress')).toBe(true);
  });

  it.each([
    ['leaves', 'it exited with code 3 before the step had ended'],
    ['killed', 'it was killed (SIGKILL), by the system for want of memory or by someone'],
    ['hungry', 'it ran out of memory (the JavaScript heap reached its limit)'],
  ])('that %s takes nothing else with it, and the run says how it died', async (how, words) => {
    const env = how === 'hungry' ? { NODE_OPTIONS: '--max-old-space-size=64' } : {};
    const finished = await executorProject().go('Dies', { how }, env).finished;
    expect(finished?.run).toMatchObject({ status: 'failed', error: { code: 'ERR_STEP_PROCESS_DIED' } });
    expect(finished?.run.error?.message).toBe(`The process of step ${how} died: ${words}.`);
  });

  it('that blocks its event loop is ended by its timeout', async () => {
    const finished = await executorProject().go('Dies', { how: 'blocked' }).finished;
    expect(finished?.run.error).toMatchObject({ code: 'ERR_STEP_TIMEOUT' });
  });

  it('gives its own errors, the frames of its TypeScript lines, and asks retryOn where the error object is', async () => {
    const project = executorProject();
    const typed = await project.go('Throws', { kind: 'TypeError' }).finished;
    expect(typed?.steps[0]).toMatchObject({
      attempts: 2,
      error: { code: 'ERR_STEP_FAILED', message: 'TypeError: a type error' },
    });
    expect(typed?.steps[0]?.error?.stack).toMatch(/steps\.ts:\d+/);
    expect(typed?.steps[0]?.error?.stack).not.toMatch(/dist[\\/]/);
    const other = await project.go('Throws', { kind: 'RangeError' }).finished;
    expect(other?.steps[0]).toMatchObject({ attempts: 1, error: { message: 'RangeError: a range error' } });
  });

  it.each(['nothing', 'text'])('may be followed by another one in its process when it leaves %s', async (what) => {
    const going = executorProject().go('InTurn', { what });
    const result = (await going.finished)?.run.result as { first: number; second: { pid: number } };
    expect(result.second.pid).toBe(result.first);
    const lines = going.events.flatMap((event) =>
      event.type === 'step-log' ? [`${event.node}: ${event.line.message}`] : [],
    );
    expect(lines).toEqual(what === 'text' ? ['leavesBehind: no end of line'] : []);
  });

  it.each([
    ['a timer', 'timer'],
    ['a listener', 'listener'],
    ['a variable of the environment', 'environment'],
    ['another folder', 'folder'],
  ])('that leaves %s has its process to itself', async (_, what) => {
    const project = executorProject();
    const result = (await project.go('InTurn', { what }).finished)?.run.result as { first: number; second: object };
    expect(result.second).toEqual({ pid: expect.any(Number), env: null, cwd: realpathSync(project.dir) });
    expect(result.second).not.toMatchObject({ pid: result.first });
  });

  it('runs the code that the run began with, whatever happens to the file meanwhile', async () => {
    const project = executorProject();
    const file = join(project.dir, 'steps.ts');
    const edited = await project.go('Edited', { file }).finished;
    expect(readFileSync(file, 'utf8')).toContain('value + 1000');
    expect(edited?.run.result).toMatchObject({ value: 9 });
    const next = await project.go('Edited', { file }).finished;
    expect(next?.run.result).toMatchObject({ value: 1003 });
  });

  it('is asked to end by Ctrl-C, and the next run goes on from its checkpoint', async () => {
    const project = executorProject();
    const { ranFile } = project;
    const first = project.go('Counts', { until: 40, ranFile });
    await first.until('step-progress', ({ progress }) => Number(progress.message) >= 10);
    first.child.kill('SIGINT');
    expect((await first.finished)?.run.status).toBe('cancelled');
    expect((await project.go('Counts', { until: 40, ranFile }).finished)?.run.result).toBe(40);
    expect(project.ran()).toMatch(/^from 0\nfrom [1-9]\d\n$/);
  });
});
