import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryRef, pipeline, step, stepContext } from 'sluice';
import { beforeEach, expect, it } from 'vitest';
import type { Stack } from '../../../framework/components/stack.ts';
import type { Digest } from '../../../framework/hashing/digest.ts';
import { type PushProgress, pushArtifacts } from '../../../framework/stack/push-artifacts.ts';
import { openTestStack, runPipeline } from '../executor/open-test-stack.ts';

const calls: string[] = [];
beforeEach(() => {
  calls.length = 0;
});

class Steps {
  @step() async files(): Promise<{ folder: DirectoryRef; count: number }> {
    calls.push('files');
    const { workDir, tracker } = stepContext();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(workDir, name), `file ${name}`);
    tracker.tag('made', 'here');
    return { folder: DirectoryRef.of(workDir, { name: 'files' }), count: 3 };
  }
  @step() async sum(count: number, folder: DirectoryRef): Promise<string> {
    calls.push('sum');
    return `${folder.name} ${count}`;
  }
}

@pipeline({ name: 'push' })
class Push {
  async run() {
    const steps = new Steps();
    const { folder, count } = await steps.files();
    return steps.sum(count, folder);
  }
}

const go = (stack: Stack) => runPipeline(Push, {}, { stack });

async function digestsIn(stack: Stack): Promise<readonly Digest[]> {
  const digests: Digest[] = [];
  for await (const { digest } of stack.artifactStore.list()) digests.push(digest);
  return digests;
}
const objectsIn = async (stack: Stack): Promise<number> => (await digestsIn(stack)).length;

it('makes the first run on the other stack a cached one, with the lineage of the run that was pushed', async () => {
  const [from, to] = [await openTestStack(), await openTestStack()];
  const { run } = await go(from);
  const seen: PushProgress[] = [];
  const report = await pushArtifacts({ from, to, runs: [run.id], onProgress: (progress) => seen.push(progress) });
  const objects = await objectsIn(from);
  expect(report).toMatchObject({ objects, wanted: objects, entries: 2, incomplete: 0 });
  expect(report.runs).toEqual([{ id: run.id, name: run.name, outcome: 'written' }]);
  expect(seen.at(-1)).toEqual({ objects, bytes: report.bytes, doneObjects: objects, doneBytes: report.bytes });
  calls.length = 0;
  const second = await go(to);
  expect([second.value, calls]).toEqual(['files 3', []]);
  expect(second.steps.map(({ status, origin }) => [status, origin?.split('/')[0]])).toEqual([
    ['cached', run.id],
    ['cached', run.id],
  ]);
  expect((await to.metadataStore.findRun(run.id))?.name).toBe(run.name);
});

it('moves only what is missing there, as often as one likes', async () => {
  const [from, to] = [await openTestStack(), await openTestStack()];
  const { run } = await go(from);
  await pushArtifacts({ from, to, runs: [run.id] });
  const [lost] = await digestsIn(to);
  await to.artifactStore.remove(lost!);
  expect(await pushArtifacts({ from, to, runs: [run.id] })).toMatchObject({
    objects: 1,
    runs: [{ outcome: 'present' }],
  });
  expect(await pushArtifacts({ from, to, runs: [run.id] })).toMatchObject({ objects: 0, bytes: 0 });
});

it('changes nothing when it is only asked what it would do', async () => {
  const [from, to] = [await openTestStack(), await openTestStack()];
  const { run } = await go(from);
  const report = await pushArtifacts({ from, to, runs: [run.id], dryRun: true });
  expect(report).toMatchObject({ objects: await objectsIn(from), doneObjects: 0, runs: [{ outcome: 'planned' }] });
  expect([await objectsIn(to), await to.metadataStore.findRun(run.id)]).toEqual([0, undefined]);
});

it('writes no record before all bytes are there', async () => {
  const [from, to] = [await openTestStack(), await openTestStack()];
  const { run } = await go(from);
  let room = 2;
  const { artifactStore } = to;
  const small: Stack = {
    ...to,
    artifactStore: {
      ...artifactStore,
      write: (source) => (room-- > 0 ? artifactStore.write(source) : Promise.reject(new Error('no room'))),
    },
  };
  await expect(pushArtifacts({ from, to: small, runs: [run.id] })).rejects.toThrow('no room');
  expect((await to.metadataStore.listCache()).items).toEqual([]);
  expect(await to.metadataStore.findRun(run.id)).toBeUndefined();
  expect(await pushArtifacts({ from, to, runs: [run.id] })).toMatchObject({ runs: [{ outcome: 'written' }] });
});

it('leaves out cache entries whose bytes are gone', async () => {
  const [from, to] = [await openTestStack(), await openTestStack()];
  const { run, steps } = await go(from);
  const output = steps[0]?.output;
  const folder = output?.kind === 'fields' ? output.fields['folder'] : undefined;
  rmSync((await from.artifactStore.localPath(folder!.digest))!);
  const report = await pushArtifacts({ from, to, runs: [run.id] });
  expect(report).toMatchObject({ entries: 1, incomplete: 1 });
  expect((await to.metadataStore.listCache()).items.map((entry) => entry.step)).toEqual(['sum']);
});
