import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type StepKey, stepKey } from '../../../framework/cache/cache-key.ts';
import { keyDifferences } from '../../../framework/cache/explain.ts';
import { changedInputs } from '../../../framework/cache/watched-input.ts';
import { OutputRef } from '../../../framework/dag/output-ref.ts';
import { DirectoryRef } from '../../../framework/materializers/directory-ref.ts';
import { FileRef } from '../../../framework/materializers/file-ref.ts';
import type { CachePolicy } from '../../../framework/model/step-definition.ts';
import { artifact, fakeDigest, fields, keyContext, stepCall, value } from './step-call.ts';

type CallOptions = Parameters<typeof stepCall>[1];

const keyOf = (args: readonly unknown[], call?: CallOptions, context = keyContext()): Promise<StepKey> =>
  stepKey(stepCall(args, call), context);
const names = ({ parts }: StepKey): string[] => parts.map(({ part }) => part);
/** Names of the parts that differ between two calls. */
async function differing(a: Promise<StepKey>, b: Promise<StepKey>): Promise<string[]> {
  const [before, after] = [await a, await b];
  const found = keyDifferences(before.parts, after.parts).map(({ part }) => part);
  expect(before.key === after.key).toBe(found.length === 0);
  return found;
}
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-key-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('a key', () => {
  it('stays what it was: golden keys of fixed calls (UPDATE_GOLDEN=1 rewrites them)', async () => {
    const outputs = {
      prepare: fields({ train: artifact('t'), val: artifact('v', { format: 'directory', name: 'val' }) }),
      one: value(artifact('one', { format: 'text' })),
    };
    const context = keyContext(outputs, { env: { HOME_OF: 'x' } });
    const calls: Readonly<Record<string, Promise<StepKey>>> = {
      'no arguments': keyOf([], {}, context),
      values: keyOf([1, '1', 1n, -0, Number.NaN, null, undefined, true, [], {}], {}, context),
      'an object': keyOf([{ epochs: 3, lr: 0.01, nested: { deep: [1, { a: 'b' }] } }], {}, context),
      collections: keyOf([new Map([['k', 1]]), new Set([1, 2]), new Date(0), new Float32Array([1, 2])], {}, context),
      'a whole output': keyOf([new OutputRef('prepare', [])], {}, context),
      'a field': keyOf([new OutputRef('prepare', ['val'])], {}, context),
      'a value, and a part of one': keyOf([new OutputRef('one', []), new OutputRef('one', ['x', 'y'])], {}, context),
      'references inside data': keyOf([{ list: [new OutputRef('one', []), 2], note: 'n' }], {}, context),
      'a receiver': keyOf([1], { receiver: { threshold: 0.5, labels: ['a'] } }, context),
      'everything declared': keyOf(
        [1],
        {
          options: {
            version: '2',
            cache: { extra: () => 'e' },
            inputs: { env: ['HOME_OF', 'UNSET'], files: ['no-such-file'] },
          },
        },
        context,
      ),
    };
    const found: Record<string, unknown> = {};
    for (const [name, call] of Object.entries(calls)) {
      const { key, parts } = await call;
      found[name] = {
        key,
        parts: Object.fromEntries(parts.map((part) => [part.part, `${part.digest.slice(0, 16)} ${part.display}`])),
      };
    }
    const file = join(import.meta.dirname, '../../golden/cache-key.json');
    if (process.env['UPDATE_GOLDEN']) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(found, undefined, 2)}\n`);
    }
    expect(existsSync(file), 'tests/golden/cache-key.json is missing').toBe(true);
    expect(found).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  it('names every field that differs, as deep as people wrote it', async () => {
    const before = keyOf([{ epochs: 3, loss: { box: 7.5, cls: 0.5 } }, 'x']);
    const after = keyOf([{ epochs: 5, loss: { box: 7.5, cls: 0.6 } }, 'x']);
    expect(await differing(before, after)).toEqual(['argument a.epochs', 'argument a.loss.cls']);
  });

  it.each([
    ['1 and "1"', [1], ['1']],
    ['true and "true"', [true], ['true']],
    ['[1] and "[1]"', [[1]], ['[1]']],
    ['null and "null"', [null], ['null']],
    ['null and undefined', [null], [undefined]],
    ['0 and -0', [0], [-0]],
    ['a field that is undefined and none', [{ a: undefined }], [{}]],
    ['texts that a separator would join', ['x', 'ybz'], ['xby', 'z']],
    ['a dotted name and a nested one', [{ 'b.c': 1 }], [{ b: { c: 1 } }]],
    ['an array and an object with its indexes', [{ list: [1] }], [{ list: { 0: 1 } }]],
    ['an object and its text', [{ a: 1 }], ['{"a":1}']],
    ['a Map and an object', [new Map([['a', 1]])], [{ a: 1 }]],
    ['number types of arrays', [new Float32Array([1])], [new Float64Array([1])]],
  ])('tells apart %s', async (_, a, b) => {
    expect((await keyOf(a)).key).not.toBe((await keyOf(b)).key);
  });

  it('does not count the order of fields', async () => {
    expect(await differing(keyOf([{ a: 1, b: { c: 2, d: 3 } }]), keyOf([{ b: { d: 3, c: 2 }, a: 1 }]))).toEqual([]);
  });

  it('counts step, code, materializers and version', async () => {
    const base = () => keyOf([1]);
    expect(await differing(base(), keyOf([1], { name: 'other' }))).toEqual(['step']);
    const code = { digest: fakeDigest('new'), parts: [] };
    expect((await keyOf([1], {}, keyContext({}, { code }))).key).not.toBe((await base()).key);
    expect(await differing(base(), keyOf([1], {}, keyContext({}, { materializers: 'json@2' })))).toEqual([
      'materializer',
    ]);
    expect(await differing(base(), keyOf([1], { options: { version: '2' } }))).toEqual(['version']);
  });

  it('does not count what can not change a result', async () => {
    const options = { retry: { attempts: 5 }, timeout: '1h', resources: { cpu: 8 }, isolation: 'process' } as const;
    expect(await differing(keyOf([1]), keyOf([1], { options }))).toEqual([]);
  });

  it('refuses an argument without a canonical form, by name', async () => {
    await expect(keyOf([{ ok: 1, callback: () => 1 }])).rejects.toMatchObject({
      code: 'ERR_UNENCODABLE',
      message: expect.stringContaining('argument a.callback'),
    });
    await expect(keyOf([() => 1])).rejects.toMatchObject({
      message: expect.stringMatching(/^argument a is a function/),
    });
  });

  it('says of a promise as an argument that an await is missing', async () => {
    await expect(keyOf([Promise.resolve(1)])).rejects.toMatchObject({
      code: 'ERR_UNENCODABLE',
      hint: expect.stringContaining('An await is missing'),
    });
  });
});

describe('inputs', () => {
  const context = (train: string, val: string, more = {}) =>
    keyContext({ prepare: fields({ train: artifact(train), val: artifact(val, more) }) });

  it('count by content of the field that is used, and no other', async () => {
    const used = [new OutputRef('prepare', ['val'])];
    expect(await differing(keyOf(used, {}, context('t', 'v')), keyOf(used, {}, context('T', 'v')))).toEqual([]);
    expect(await differing(keyOf(used, {}, context('t', 'v')), keyOf(used, {}, context('t', 'V')))).toEqual([
      'input a',
    ]);
    const whole = [new OutputRef('prepare', [])];
    expect(await differing(keyOf(whole, {}, context('t', 'v')), keyOf(whole, {}, context('T', 'v')))).toEqual([
      'input a.train',
    ]);
  });

  it('count with format and name, which a step can see, and by the way to the part that is used', async () => {
    const used = [new OutputRef('prepare', ['val'])];
    const base = () => keyOf(used, {}, context('t', 'v'));
    expect(await differing(base(), keyOf(used, {}, context('t', 'v', { format: 'text' })))).toEqual(['input a']);
    expect(await differing(base(), keyOf(used, {}, context('t', 'v', { name: 'other' })))).toEqual(['input a']);
    const deeper = keyOf([new OutputRef('prepare', ['val', 'size'])], {}, context('t', 'v'));
    expect(await differing(base(), deeper)).toEqual(['input a']);
  });

  it('do not count by the step that made them', async () => {
    const outputs = { one: value(artifact('same')), two: value(artifact('same')) };
    const [a, b] = [new OutputRef('one', []), new OutputRef('two', [])];
    expect(await differing(keyOf([a], {}, keyContext(outputs)), keyOf([b], {}, keyContext(outputs)))).toEqual([]);
  });

  it('differ from the same value as an argument, and from a field that is not there', async () => {
    const absent = await keyOf([new OutputRef('prepare', ['gone'])], {}, context('t', 'v'));
    expect(names(absent)).toContain('input a');
    expect(absent.key).not.toBe((await keyOf([undefined])).key);
  });
});

describe('files and folders as arguments', () => {
  it('count by content and name, wherever they lie, deep inside data too', async () => {
    const [one, two] = [folder(), folder()];
    for (const dir of [one, two]) writeFileSync(join(dir, 'x.txt'), 'same');
    const [a, b] = [FileRef.of(join(one, 'x.txt')), FileRef.of(join(two, 'x.txt'))];
    expect(await differing(keyOf([{ list: [a] }]), keyOf([{ list: [b] }]))).toEqual([]);
    expect(await differing(keyOf([a]), keyOf([FileRef.of(a.path, { name: 'y.txt' })]))).toEqual(['argument a']);
    writeFileSync(b.path, 'other');
    expect(await differing(keyOf([a]), keyOf([b]))).toEqual(['argument a']);
    const dir = (path: string) => DirectoryRef.of(path, { name: 'd' });
    expect(await differing(keyOf([dir(one)]), keyOf([dir(two)]))).toEqual(['argument a']);
    writeFileSync(b.path, 'same');
    expect(await differing(keyOf([dir(one)]), keyOf([dir(two)]))).toEqual([]);
  });

  it('are watched: a change after the key was made is noticed', async () => {
    const file = join(folder(), 'x.txt');
    writeFileSync(file, 'before');
    const { watched } = await keyOf([{ deep: [FileRef.of(file)] }]);
    expect(await changedInputs(watched)).toEqual([]);
    writeFileSync(file, 'after');
    expect(await changedInputs(watched)).toEqual(['file x.txt']);
    rmSync(file);
    expect(await changedInputs(watched)).toEqual(['file x.txt']);
  });
});

describe('cache.ignore and cache.extra', () => {
  const ignoring = (...ignore: string[]): CallOptions => ({ options: { cache: { ignore } } });
  it('leave out an argument or a field of one', async () => {
    expect(await differing(keyOf([1, 2], ignoring('b')), keyOf([1, 3], ignoring('b')))).toEqual([]);
    const threads = ignoring('a.threads');
    expect(await differing(keyOf([{ lr: 1, threads: 1 }], threads), keyOf([{ lr: 1, threads: 2 }], threads))).toEqual(
      [],
    );
    expect(await differing(keyOf([{ lr: 1, threads: 1 }], threads), keyOf([{ lr: 2, threads: 1 }], threads))).toEqual([
      'argument a.lr',
    ]);
  });
});

describe('the receiver', () => {
  class Model {
    constructor(
      readonly size: number,
      readonly note = '',
    ) {}
  }
  class Other {
    readonly note = '';
    constructor(readonly size: number) {}
  }
  class Worker {
    constructor(readonly url: string) {}
    work(): string {
      return this.url;
    }
  }
  class Secretive {
    #hidden = 1;
    read(): number {
      return this.#hidden;
    }
  }
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const on = (receiver: object, code = {}): Promise<StepKey> => keyOf([1], { receiver }, keyContext({}, { code }));

  it('counts with its data, and with instances as class and fields', async () => {
    expect(await differing(on({ threshold: 0.5 }), on({ threshold: 0.6 }))).toEqual(['receiver.threshold']);
    expect(await differing(on({ model: new Model(1) }), on({ model: new Model(1) }))).toEqual([]);
    expect(await differing(on({ model: new Model(1) }), on({ model: new Model(2) }))).toEqual(['receiver.model']);
    expect(await differing(on({ model: new Model(1) }), on({ model: new Other(1) }))).toEqual(['receiver.model']);
  });

  it('counts only with the fields that the method reaches', async () => {
    const code = { receiverFields: ['model'] };
    expect(await differing(on({ model: 1, log: 1 }, code), on({ model: 1, log: 2 }, code))).toEqual([]);
  });

  it('takes behaviour only from classes whose source is in the code digest', async () => {
    const covered = { parts: [{ part: 'code steps.ts#Worker.work', digest: fakeDigest('w'), display: '' }] };
    expect((await on({ worker: new Worker('u') }, covered)).key).not.toBeNull();
    const { key, warnings } = await on({ worker: new Worker('u') });
    expect([key, warnings[0]?.code]).toEqual([null, 'uncacheable-receiver']);
    expect(warnings[0]?.message).toMatch(/this\.worker.*instance of Worker/);
  });

  it.each([
    ['a function', () => 1],
    ['hidden state', new Secretive()],
    ['native state', new AbortController()],
    ['a promise', Promise.resolve(1)],
    ['a cycle', cycle],
  ])('makes the step uncacheable when it holds %s', async (_, held) => {
    const { key, warnings } = await on({ field: held });
    expect([key, warnings.length]).toEqual([null, 1]);
    expect(warnings[0]?.message).toContain('this.field');
  });

  it('is vouched for by cache.extra', async () => {
    const receiver = { field: () => 1 };
    const options = { cache: { extra: () => 'v1' } };
    const vouched = await keyOf([1], { receiver, options });
    expect([vouched.key === null, vouched.warnings]).toEqual([false, []]);
  });
});

describe('the policy of a step', () => {
  const within = (cache: CachePolicy, more: Parameters<typeof keyContext>[1] = {}, args: readonly unknown[] = [1]) =>
    keyOf(args, { options: { cache } }, keyContext({}, more));
  const where = (pipeline: string, project = 'made-up', stack = 'local') => ({
    scope: () => ({ pipeline, project, stack }),
  });

  it('says who shares results, where it says anything', async () => {
    expect(await differing(within({}, where('a')), within({}, where('b', 'other', 'team')))).toEqual([]);
    expect(await differing(within({}), within({ scope: 'pipeline' }))).toEqual(['scope']);
    const pipeline: CachePolicy = { scope: 'pipeline' };
    expect(await differing(within(pipeline, where('a')), within(pipeline, where('a', 'other', 'team')))).toEqual([]);
    expect(await differing(within(pipeline, where('a')), within(pipeline, where('b')))).toEqual(['scope']);
    const project: CachePolicy = { scope: 'project' };
    expect(await differing(within(project, where('a')), within(project, where('b')))).toEqual([]);
    expect(await differing(within(project, where('a')), within(project, where('a', 'other')))).toEqual(['scope']);
    const stack: CachePolicy = { scope: ({ stack }) => stack };
    expect(await differing(within(stack, where('a')), within(stack, where('a', 'made-up', 'team')))).toEqual(['scope']);
    // A group that is called like a pipeline is not that pipeline's.
    expect(await differing(within(pipeline, where('a')), within({ scope: 'a' }))).toEqual(['scope']);
  });

  it('leaves out arguments and fields of them, at any depth', async () => {
    const args = (verbose: boolean, lr: number, first: number) => [{ run: { verbose, lr } }, [first, 2]];
    const ignoring = (...values: Parameters<typeof args>) =>
      within({ ignore: ['a.run.verbose', 'b[0]'] }, {}, args(...values));
    expect(await differing(ignoring(true, 1, 1), ignoring(false, 1, 5))).toEqual([]);
    expect(await differing(ignoring(true, 1, 1), ignoring(true, 2, 1))).toEqual(['argument a.run.lr']);
    expect(await differing(ignoring(true, 1, 1), within({ ignore: ['a'] }, {}, args(true, 1, 1)))).not.toEqual([]);
  });

  it('does not even look at a file that it leaves out', async () => {
    const file = join(folder(), 'log.txt');
    writeFileSync(file, 'x');
    const { watched } = await within({ ignore: ['a.log'] }, {}, [{ log: FileRef.of(file), rows: 1 }]);
    expect(watched).toEqual([]);
  });
});

describe('declared inputs', () => {
  it('may be patterns: every file that fits counts, by name and content, and so does a new one', async () => {
    const options = { inputs: { files: ['conf/*.yaml'] } };
    const projectDir = folder();
    const now = (): Promise<StepKey> => keyOf([1], { options }, keyContext({}, { projectDir }));
    const none = now();
    expect((await none).parts.find(({ part }) => part.startsWith('file'))?.display).toBe('no files');
    mkdirSync(join(projectDir, 'conf'));
    expect(await differing(none, now())).toEqual([]);
    writeFileSync(join(projectDir, 'conf/a.yaml'), 'a: 1');
    const one = now();
    expect(await differing(none, one)).toEqual(['file conf/*.yaml']);
    writeFileSync(join(projectDir, 'conf/a.txt'), 'not meant');
    expect(await differing(one, now())).toEqual([]);
    expect(await changedInputs((await one).watched)).toEqual([]);
    writeFileSync(join(projectDir, 'conf/b.yaml'), 'a: 1');
    expect(await differing(one, now())).toEqual(['file conf/*.yaml']);
    expect(await changedInputs((await one).watched)).toEqual(['file conf/*.yaml']);
  });

  it('count, and environment variables never show', async () => {
    const options = { inputs: { env: ['TOKEN'], files: ['f.txt'] } };
    const projectDir = folder();
    const at = (env: Record<string, string>): Promise<StepKey> =>
      keyOf([1], { options }, keyContext({}, { projectDir, env }));
    const set = await at({ TOKEN: 'hunter2' });
    expect(JSON.stringify(set.parts)).not.toContain('hunter2');
    expect(await differing(at({ TOKEN: 'hunter2' }), at({}))).toEqual(['env TOKEN']);
    const before = at({});
    await before;
    writeFileSync(join(projectDir, 'f.txt'), '');
    expect(await differing(before, at({}))).toEqual(['file f.txt']);
  });

  it('silence the warning about reads of their kind, and no other', async () => {
    const warnings = [
      { what: 'process.env.TOKEN', file: 's.ts', line: 3 },
      { what: 'readFileSync', file: 's.ts', line: 4 },
    ];
    const context = keyContext({}, { code: { warnings } });
    expect((await keyOf([1], {}, context)).warnings.map(({ code }) => code)).toEqual(['unseen-read', 'unseen-read']);
    const declared = await keyOf([1], { options: { inputs: { env: ['TOKEN'] } } }, context);
    expect(declared.warnings.map(({ message }) => message)).toEqual([
      "Step train reaches readFileSync (s.ts:4), which its cache key can't see.",
    ]);
  });
});
