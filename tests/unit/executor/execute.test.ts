import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileRef, inputError, pipeline, step, stepContext } from 'sluice';
import { describe, expect, it } from 'vitest';
import { fakeDigester, openTestStack, runPipeline, temporaryFolder } from './open-test-stack.ts';

const calls: string[] = [];

class Steps {
  @step() async load(count: number): Promise<{ rows: number[]; name: string }> {
    calls.push('load');
    return { rows: Array.from({ length: count }, (_, i) => i), name: 'rows' };
  }
  @step() async total(rows: number[]): Promise<number> {
    calls.push('total');
    return rows.reduce((sum, row) => sum + row, 0);
  }
  @step() async shout(name: string): Promise<string> {
    calls.push('shout');
    return name.toUpperCase();
  }
}

@pipeline({ name: 'basic' })
class Basic {
  constructor(private readonly steps = new Steps()) {}
  async run({ count }: { count: number }) {
    const { rows, name } = await this.steps.load(count);
    return { total: await this.steps.total(rows), name: await this.steps.shout(name) };
  }
}

const since = (): string[] => calls.splice(0).sort();

describe('a run', () => {
  it('runs every step once, and returns what the body returned', async () => {
    const stack = await openTestStack();
    since();
    const { run, value, steps } = await runPipeline(Basic, { count: 4 }, { stack });
    expect([run.status, value, run.result]).toEqual([
      'succeeded',
      { total: 6, name: 'ROWS' },
      { total: 6, name: 'ROWS' },
    ]);
    expect(since()).toEqual(['load', 'shout', 'total']);
    expect(steps.map(({ status, attempts, reason }) => [status, attempts, reason])).toEqual(
      Array(3).fill(['succeeded', 1, 'It never ran before.']),
    );
  });

  it('is served from the cache the second time, and says whose results those are', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Basic, { count: 4 }, { stack });
    since();
    const second = await runPipeline(Basic, { count: 4 }, { stack });
    expect(since()).toEqual([]);
    expect(Object.values(second.status)).toEqual(['cached', 'cached', 'cached']);
    expect(second.value).toEqual(first.value);
    expect(second.steps.map(({ origin }) => origin)).toEqual(first.steps.map(({ id }) => id));
    expect(second.steps[0]?.reason).toBe(`Same key as ${first.steps[0]?.id}.`);
  });

  it('survives the deletion of the run that made its results', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Basic, { count: 4 }, { stack });
    await stack.metadataStore.deleteRun(first.run.id);
    const second = await runPipeline(Basic, { count: 4 }, { stack });
    expect(Object.values(second.status)).toEqual(['cached', 'cached', 'cached']);
  });

  it('runs only what depends on a field that changed', async () => {
    const stack = await openTestStack();
    await runPipeline(Basic, { count: 4 }, { stack });
    const second = await runPipeline(Basic, { count: 5 }, { stack });
    expect(second.status).toEqual({ load: 'succeeded', total: 'succeeded', shout: 'cached' });
    expect(second.steps[0]?.reason).toBe('argument count changed from 4 to 5.');
  });

  it('leaves everything after a step cached when that step makes the same again (early cut-off)', async () => {
    const stack = await openTestStack();
    await runPipeline(Basic, { count: 4 }, { stack });
    const second = await runPipeline(Basic, { count: 4 }, { stack, codeDigester: fakeDigester({ load: '2' }) });
    expect(second.status).toEqual({ load: 'succeeded', total: 'cached', shout: 'cached' });
  });

  it('keeps run, steps, attempts and their order in the store', async () => {
    const stack = await openTestStack();
    const { run, steps } = await runPipeline(Basic, { count: 4 }, { stack, name: 'mine', tags: ['a'] });
    const store = stack.metadataStore;
    expect(await store.findRun('mine')).toEqual(run);
    expect(await store.stepRuns(run.id)).toEqual(steps);
    expect(await store.attempts(`${run.id}/load`)).toMatchObject([{ attempt: 1, status: 'succeeded', error: null }]);
  });

  it('tells what happens as events, the run first and last', async () => {
    const stack = await openTestStack();
    const { events } = await runPipeline(Basic, { count: 4 }, { stack, maxParallel: 1 });
    const told = events.map((event) => `${event.type} ${'node' in event ? event.node : ''}`.trim());
    expect([told.at(0), told.at(-1)]).toEqual(['run-started', 'run-finished']);
    // A step that has ended makes room for the next while its result is committed: these two may cross.
    expect(told.slice(1, -1).filter((one) => !one.endsWith('shout'))).toEqual([
      'step-started load',
      'step-succeeded load',
      'step-started total',
      'step-succeeded total',
    ]);
    expect(told.slice(3).filter((one) => one.endsWith('shout'))).toEqual([
      'step-started shout',
      'step-succeeded shout',
    ]);
  });
});

describe('refresh, no-cache and cache: false', () => {
  it('refreshes named steps or all, and what they make replaces what was stored', async () => {
    const stack = await openTestStack();
    await runPipeline(Basic, { count: 4 }, { stack });
    const some = await runPipeline(Basic, { count: 4 }, { stack, refresh: ['total'] });
    expect(some.status).toEqual({ load: 'cached', total: 'succeeded', shout: 'cached' });
    const all = await runPipeline(Basic, { count: 4 }, { stack, refresh: true });
    expect(Object.values(all.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    const after = await runPipeline(Basic, { count: 4 }, { stack });
    expect(after.steps[1]?.origin).toBe(all.steps[1]?.id);
  });

  it('neither looks up nor stores without the cache', async () => {
    const stack = await openTestStack();
    await runPipeline(Basic, { count: 4 }, { stack, cache: false });
    const second = await runPipeline(Basic, { count: 4 }, { stack });
    expect(Object.values(second.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });
});

describe('what a step says', () => {
  class Talks {
    @step() async talk(): Promise<number> {
      const { log, tracker, progress } = stepContext();
      log.info('hello', { n: 1 });
      console.error('by %s', 'console');
      progress({ fraction: 0.5 });
      tracker.params({ lr: 0.1 });
      tracker.metrics({ loss: 2 });
      tracker.metrics({ loss: 1 });
      return 1;
    }
  }
  @pipeline({ name: 'talks' })
  class TalksPipeline {
    async run(_: object) {
      return new Talks().talk();
    }
  }

  it('is in the store with the attempt, and in events', async () => {
    const stack = await openTestStack();
    const { run, events } = await runPipeline(TalksPipeline, {}, { stack });
    const lines = await stack.metadataStore.readLogs(`${run.id}/talk`);
    expect(
      lines.map(({ level, source, message, fields, attempt }) => [attempt, level, source, message, fields]),
    ).toEqual([
      [1, 'info', 'log', 'hello', { n: 1 }],
      [1, 'error', 'stderr', 'by console', undefined],
    ]);
    expect(events.filter(({ type }) => type === 'step-log')).toHaveLength(2);
    expect(events.find(({ type }) => type === 'step-progress')).toMatchObject({ progress: { fraction: 0.5 } });
    const [tracked] = await stack.metadataStore.tracked(run.id);
    expect(tracked?.entries.map((entry) => ('value' in entry ? [entry.name, entry.value] : []))).toEqual([
      ['lr', '0.1'],
      ['loss', 2],
      ['loss', 1],
    ]);
  });

  it('never fails because of the tracker', async () => {
    const stack = await openTestStack();
    const experimentTracker = {
      ...stack.experimentTracker,
      record: () => Promise.reject(new Error('tracker is down')),
    };
    const { run, events } = await runPipeline(TalksPipeline, {}, { stack: { ...stack, experimentTracker } });
    expect(run.status).toBe('succeeded');
    expect(events.filter(({ type }) => type === 'step-warning')).toMatchObject([{ code: 'tracker-failed' }]);
  });
});

describe('files', () => {
  class FileSteps {
    @step() async write(text: string): Promise<{ file: FileRef; size: number }> {
      const path = join(stepContext().workDir, 'out.txt');
      writeFileSync(path, text);
      return { file: FileRef.of(path), size: text.length };
    }
    @step() async read(file: FileRef): Promise<string> {
      return readFileSync(file.path, 'utf8');
    }
  }
  @pipeline({ name: 'files' })
  class Files {
    async run({ text }: { text: string }) {
      const steps = new FileSteps();
      const { file, size } = await steps.write(text);
      return { file, size, text: await steps.read(file) };
    }
  }

  it('pass between steps by content, stand as references in the record, and leave no work folder', async () => {
    const stack = await openTestStack();
    const { run, value } = await runPipeline(Files, { text: 'abc' }, { stack });
    expect(run.error).toBeNull();
    expect(run.result).toEqual({ file: { digest: expect.any(String), format: 'file', size: 3 }, size: 3, text: 'abc' });
    expect(readFileSync((value as { file: FileRef }).file.path, 'utf8')).toBe('abc');
    expect(existsSync(join(stack.home, 'work')) ? readdirSync(join(stack.home, 'work')) : []).toEqual([]);
  });

  it('heals a damaged artifact: the step that made it runs again, and nothing else', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Files, { text: 'abc' }, { stack });
    const { digest } = (first.run.result as { file: { digest: string } }).file;
    await stack.artifactStore.remove(digest as never);
    const gone = await runPipeline(Files, { text: 'abc' }, { stack });
    expect(gone.status).toEqual({ write: 'succeeded', read: 'cached' });
    expect(gone.steps[0]?.reason).toMatch(/incomplete: out\.txt/);
  });
});

describe('bad input', () => {
  class Bad {
    @step({ retry: { attempts: 3, backoff: 1 } }) async bad(): Promise<number> {
      calls.push('bad');
      throw inputError('The folder is empty.', 'Put something in.');
    }
  }
  @pipeline({ name: 'bad' })
  class BadPipeline {
    async run(_: object) {
      return new Bad().bad();
    }
  }
  it('fails once, with its own code, words and hint', async () => {
    const stack = await openTestStack(temporaryFolder());
    since();
    const { run } = await runPipeline(BadPipeline, {}, { stack });
    expect(since()).toEqual(['bad']);
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'ERR_INPUT', message: 'The folder is empty.', hint: 'Put something in.' },
    });
    expect(run.error?.stack).toBeUndefined();
  });
});
