import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryRef, FileRef, type Materializer, pipeline, step, stepContext } from 'sluice';
import { describe, expect, it } from 'vitest';
import { memoryArtifactStore } from '../../../framework/adapters/artifact-stores/memory.ts';
import type { Stack } from '../../../framework/components/stack.ts';
import { stackIo } from '../../../framework/executor/stack-services.ts';
import { type CollectOptions, collectGarbage } from '../../../framework/gc/collect-garbage.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { openTestStack, runPipeline } from '../executor/open-test-stack.ts';

class Steps {
  @step() async folder(text: string): Promise<{ all: DirectoryRef; report: FileRef; note: string }> {
    const { workDir, tracker } = stepContext();
    const folder = join(workDir, 'all');
    mkdirSync(join(folder, 'deep'), { recursive: true });
    for (const name of ['a', 'deep/b']) writeFileSync(join(folder, name), `${name} ${text}`);
    for (const name of ['report', 'plot']) writeFileSync(join(workDir, name), `${name} ${text}`);
    await tracker.artifact(FileRef.of(join(workDir, 'plot')));
    return { all: DirectoryRef.of(folder), report: FileRef.of(join(workDir, 'report')), note: text };
  }
  @step() async count(all: DirectoryRef): Promise<number> {
    return readdirSync(all.path, { recursive: true }).length;
  }
}

@pipeline({ name: 'folders' })
class Folders {
  constructor(private readonly steps = new Steps()) {}
  async run({ text }: { text: string }) {
    const { all } = await this.steps.folder(text);
    return this.steps.count(all);
  }
}

const collect = (stack: Stack, more: Partial<CollectOptions> = {}) =>
  collectGarbage({ stack, olderThanMs: -10_000, ...more });

/** Digests of the texts, in the order of reports. */
const digests = (...texts: string[]): string[] => texts.map(sha256).sort();

async function stored(stack: Stack): Promise<string[]> {
  const found: string[] = [];
  for await (const { digest } of stack.artifactStore.list()) found.push(digest);
  return found.sort();
}

describe('garbage collection', () => {
  it('keeps everything that a run, its tracker or a cache entry has, the files of folders too', async () => {
    const stack = await openTestStack();
    await runPipeline(Folders, { text: 'x' }, { stack });
    const before = await stored(stack);
    expect(before.length).toBe(7);
    const report = await collect(stack);
    expect([report.objects, report.freed, report.kept.objects]).toEqual([[], 0, 7]);
    expect(await stored(stack)).toEqual(before);
  });

  it('keeps the results of a deleted run for the next hit, and takes the rest of it', async () => {
    const stack = await openTestStack();
    const { run } = await runPipeline(Folders, { text: 'x' }, { stack });
    await stack.metadataStore.deleteRun(run.id);
    expect((await collect(stack)).objects).toEqual([]);
    const again = await runPipeline(Folders, { text: 'x' }, { stack });
    expect(again.status).toEqual({ folder: 'cached', count: 'cached' });
  });

  it('takes what neither runs nor entries keep, laid-out copies too, and says so beforehand', async () => {
    const stack = await openTestStack();
    const { run } = await runPipeline(Folders, { text: 'x' }, { stack });
    await runPipeline(Folders, { text: 'y' }, { stack });
    await stack.metadataStore.invalidate({ run: run.id });
    await stack.metadataStore.deleteRun(run.id);
    const said = await collect(stack, { dryRun: true });
    const done = await collect(stack);
    expect(done).toEqual({ ...said, dryRun: false, before: done.before });
    expect(done.objects.map(({ digest }) => digest)).toEqual(
      expect.arrayContaining(digests('a x', 'deep/b x', 'report x', 'plot x', 'x')),
    );
    // The count is the same number in both runs.
    expect(done.objects).toHaveLength(6);
    expect(done.freed).toBe(done.objects.reduce((sum, { size }) => sum + size, 0));
    expect(done.debris.map(({ kind }) => kind)).toEqual(['laid-out copy']);
    expect((await collect(stack)).freed).toBe(0);
    const third = await runPipeline(Folders, { text: 'y' }, { stack });
    expect(third.status).toEqual({ folder: 'cached', count: 'cached' });
  });

  it('keeps what is new or was let go lately, and what is pinned', async () => {
    const stack = await openTestStack();
    const { run, steps } = await runPipeline(Folders, { text: 'x' }, { stack });
    const output = steps[0]?.output;
    if (output?.kind !== 'fields') throw new Error('The step has fields.');
    const { all } = output.fields;
    if (!all) throw new Error('The step has a folder.');
    await stack.metadataStore.pin(all, 'for the paper');
    await stack.metadataStore.invalidate({});
    await stack.metadataStore.deleteRun(run.id);
    const lately = await collect(stack, { olderThanMs: 60_000 });
    expect([lately.objects, lately.kept.by.released.objects > 0]).toEqual([[], true]);
    const { kept, objects } = await collect(stack);
    expect([kept.objects, kept.by.pin.objects, objects.length]).toEqual([3, 3, 4]);
    expect(await stackIo(stack).missing({ kind: 'value', value: all })).toEqual([]);
    expect(await stack.metadataStore.unpin(all.digest)).toBe(true);
    expect((await collect(stack)).objects).toHaveLength(3);
    expect(await stored(stack)).toEqual([]);
  });

  it('leaves alone what was made or let go since the oldest living executor began', async () => {
    const stack = await openTestStack();
    const executor = { id: 'long-one', host: 'elsewhere', pid: 1, startedAt: Date.now() };
    await stack.metadataStore.registerExecutor(executor);
    const { run } = await runPipeline(Folders, { text: 'x' }, { stack });
    await stack.metadataStore.invalidate({});
    await stack.metadataStore.deleteRun(run.id);
    const report = await collect(stack);
    expect([report.objects, report.running]).toEqual([[], [expect.objectContaining(executor)]]);
    await stack.metadataStore.retireExecutor('long-one');
    expect((await collect(stack)).objects).toHaveLength(7);
  });

  it('leaves alone what a step has laid out of a result that came while the collector looked', async () => {
    const stack = await openTestStack();
    const { artifactStore } = stack;
    let laidOut: string | undefined;
    const list = async function* () {
      yield* artifactStore.list();
      if (laidOut !== undefined) return;
      // A step saves it, is not committed when the record is read, and hands it on.
      const folder = join(stack.home, 'source');
      mkdirSync(folder);
      writeFileSync(join(folder, 'late'), 'late');
      const io = stackIo(stack);
      laidOut = ((await io.load(await io.save(DirectoryRef.of(folder), 'value'))) as DirectoryRef).path;
    };
    const report = await collect({ ...stack, artifactStore: { ...artifactStore, list } });
    expect([report.debris, readdirSync(laidOut ?? '')]).toEqual([[], ['late']]);
  });

  it('works on a store that has no files', async () => {
    const stack = { ...(await openTestStack()), artifactStore: memoryArtifactStore() };
    await runPipeline(Folders, { text: 'x' }, { stack });
    const { digest } = await stack.artifactStore.write(Buffer.from('orphan'));
    expect((await collect(stack)).objects.map((one) => one.digest)).toEqual([digest]);
    expect(await stack.artifactStore.has(digest)).toBe(false);
  });

  it('removes what killed processes left: temporary files, work folders, checkpoints of nobody', async () => {
    const stack = await openTestStack();
    const { run, steps } = await runPipeline(Folders, { text: 'x' }, { stack });
    const dead = `${process.env['SLUICE_HOST'] ?? 'a-host'}.4194305.0123456789abcdef`;
    const left = {
      tmp: join(stack.home, 'artifacts', 'tmp', dead),
      work: join(stack.home, 'work', run.id),
      checkpoint: join(stack.home, 'checkpoints', steps[0]?.key ?? ''),
    };
    for (const path of Object.values(left)) {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'half'), 'half');
      for (const old of [join(path, 'half'), path]) utimesSync(old, 1000, 1000);
    }
    const report = await collect(stack);
    expect(report.debris.map(({ kind }) => kind).sort()).toEqual(['checkpoint', 'temporary file', 'work folder']);
    expect(Object.values(left).filter(existsSync)).toEqual([]);
  });

  it('refuses, and removes nothing, when only a missing materializer knows the parts of an artifact', async () => {
    const stack = await openTestStack();
    class Album {
      constructor(readonly path: string) {}
    }
    const album: Materializer<Album> = {
      format: 'album',
      version: 1,
      accepts: (value) => value instanceof Album,
      async encode(value, { store }) {
        const { digest, size } = await store(FileRef.of(value.path), 'picture');
        return { content: Buffer.from(digest), membersSize: size };
      },
      decode: async (value) => new Album(Buffer.from(await value.bytes()).toString()),
      members: async (value) => {
        const digest = sha256('picture');
        return [{ path: 'picture', size: (await value.bytes()).byteLength && 7, digest }];
      },
    };
    const picture = join(stack.home, 'picture');
    writeFileSync(picture, 'picture');
    const io = stackIo(stack, [album as Materializer]);
    const output = await io.save(new Album(picture), 'album');
    if (output.kind !== 'value') throw new Error('An album is one value.');
    await stack.metadataStore.pin(output.value, null);
    await stack.artifactStore.write(Buffer.from('orphan'));
    await expect(collect(stack)).rejects.toMatchObject({ code: 'ERR_GC_FORMAT' });
    expect(await stored(stack)).toHaveLength(3);
    const report = await collect(stack, { materializers: [album as Materializer] });
    expect(report.objects.map(({ digest }) => digest)).toEqual(digests('orphan'));
  });
});
