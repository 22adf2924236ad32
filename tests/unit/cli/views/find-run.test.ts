import { pipeline, step } from 'sluice';
import { expect, it } from 'vitest';
import { findRun } from '../../../../framework/cli/views/find-run.ts';
import { openTestStack, runPipeline } from '../../executor/open-test-stack.ts';

class Steps {
  @step() async one(): Promise<number> {
    return 1;
  }
}
@pipeline({ name: 'short' })
class Short {
  run() {
    return new Steps().one();
  }
}

it('gives runs that begin in one second names of their own', async () => {
  const stack = await openTestStack();
  const started = await Promise.all([1, 2, 3].map(() => runPipeline(Short, {}, { stack })));
  const names = started.map(({ run }) => run.name);
  expect(new Set(names).size).toBe(3);
  for (const { run } of started) {
    expect(run.name).toMatch(/^short-\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(run.name.endsWith(run.id.slice(0, 4))).toBe(true);
    expect((await findRun(stack.metadataStore, run.name)).id).toBe(run.id);
  }
});

it('asks which run is meant where several have the name, and takes any id', async () => {
  const stack = await openTestStack();
  const store = stack.metadataStore;
  const older = await runPipeline(Short, {}, { stack, name: 'nightly' });
  expect((await findRun(store, 'nightly')).id).toBe(older.run.id);
  const newer = await runPipeline(Short, {}, { stack, name: 'nightly' });
  await expect(findRun(store, 'nightly')).rejects.toMatchObject({
    code: 'ERR_USAGE',
    message: expect.stringMatching(new RegExp(`nightly, newest first: ${newer.run.id} .*${older.run.id}`)),
    hint: expect.stringContaining(newer.run.id),
  });
  expect((await findRun(store, older.run.id)).id).toBe(older.run.id);
  expect((await findRun(store, 'latest')).id).toBe(newer.run.id);
});
