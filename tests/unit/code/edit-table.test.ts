import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCodeDigester } from '../../../framework/code/create-code-digester.ts';
import { changedParts, type SourceProject, sourceProject } from './source-project.ts';

const template = join(import.meta.dirname, 'fixtures', 'edit-table');
const STEPS = ['first', 'second', 'third'] as const;

const digests = (project: SourceProject) =>
  project.digests(STEPS.map((method) => ({ file: 'steps/example.steps.ts', className: 'Example', method })));

interface Row {
  readonly edit: string;
  readonly make: (project: SourceProject) => void;
  /** The steps whose digest must change, and the parts that must say so. */
  readonly misses: Partial<Record<(typeof STEPS)[number], readonly string[]>>;
}

const step = 'steps/example.steps.ts';
const code = (name: string): string => `code ${step}#${name}`;

const TABLE: readonly Row[] = [
  {
    edit: 'a comment in the step',
    make: (p) => p.edit(step, '// It adds up.', '// It adds everything up.'),
    misses: {},
  },
  { edit: 'a comment far away', make: (p) => p.edit('lib/deep.ts', 'The far end', 'The very end'), misses: {} },
  {
    edit: 'layout and quotes',
    make: (p) => p.edit(step, 'return { value: near(shape)', 'return {\n\n      "value":\n  near(  shape,  )'),
    misses: {},
  },
  {
    edit: 'a type in reach',
    make: (p) => p.edit('lib/deep.ts', 'a: string;', 'a: string;\n  b?: number;'),
    misses: {},
  },
  {
    edit: 'a return type',
    make: (p) => p.edit('lib/deep.ts', 'inner(text: string): number', 'inner(text: any)'),
    misses: {},
  },
  { edit: 'an assertion', make: (p) => p.edit('lib/deep.ts', 'shape.a)', '(shape as Shape).a!)'), misses: {} },
  { edit: 'an unused export', make: (p) => p.edit('lib/deep.ts', 'return 11', 'return 12'), misses: {} },
  { edit: 'a new unused export', make: (p) => p.edit('lib/deep.ts', /$/, 'export const more = 1;\n'), misses: {} },
  { edit: 'a step of another class', make: (p) => p.edit('lib/middle.ts', 'return 21', 'return 22'), misses: {} },
  {
    edit: 'decorator options',
    make: (p) => p.edit(step, 'retry: { attempts: 1 }', "retry: { attempts: 5 }, timeout: '1h', resources: { cpu: 2 }"),
    misses: {},
  },
  {
    edit: 'the order of members',
    make: (p) => p.edit(step, /( {2}private hidden[\s\S]*?\n {2}}\n)([\s\S]*)\n}\n$/, '$2\n$1}\n'),
    misses: {},
  },
  {
    edit: 'the order of imports',
    make: (p) => p.edit(step, /(import sharp.*\n)(import { step.*\n)/, '$2$1'),
    misses: {},
  },
  {
    edit: 'the body of the step',
    make: (p) => p.edit(step, 'value: near', 'value: 1 + near'),
    misses: { first: [code('Example.first')] },
  },
  {
    edit: 'a helper beside it',
    make: (p) => p.edit(step, 'length + 1', 'length + 2'),
    misses: { first: [code('near')] },
  },
  {
    edit: 'a constant beside it',
    make: (p) => p.edit(step, 'FACTOR = 7', 'FACTOR = 8'),
    misses: { first: [code('FACTOR')] },
  },
  {
    edit: 'a private method it calls',
    make: (p) => p.edit(step, '41', '42'),
    misses: { first: [code('Example.hidden')] },
  },
  {
    edit: 'a helper two imports deep',
    make: (p) => p.edit('lib/deep.ts', '+ 100', '+ 101'),
    misses: { first: ['code lib/deep.ts#deep'] },
  },
  {
    edit: 'what that helper calls',
    make: (p) => p.edit('lib/deep.ts', 'text.length +', 'text.length -'),
    misses: { first: ['code lib/deep.ts#inner'] },
  },
  {
    edit: 'a constant that one closes over',
    make: (p) => p.edit('lib/deep.ts', 'LIMIT = 3', 'LIMIT = 4'),
    misses: { first: ['code lib/deep.ts#LIMIT'] },
  },
  {
    edit: 'imported JSON',
    make: (p) => p.edit('data/weights.json', '2', '3'),
    misses: { first: ['code data/weights.json'] },
  },
  {
    edit: 'layout of imported JSON',
    make: (p) => p.edit('data/weights.json', '{ "scale"', '{\n  "scale"'),
    misses: {},
  },
  {
    edit: 'the body of another step',
    make: (p) => p.edit(step, '51', '52'),
    misses: { second: [code('Example.second')] },
  },
  {
    edit: 'a field of another step',
    make: (p) => p.edit(step, 'field = 31', 'field = 32'),
    misses: { second: [code('Example.field')] },
  },
  {
    edit: 'a default of the constructor',
    make: (p) => p.edit(step, 'threshold = 5', 'threshold = 6'),
    misses: { second: [code('Example.constructor')] },
  },
  {
    edit: 'the version of a package',
    make: (p) => p.edit('package-lock.json', 'sha512-table-like-3.0.1', 'sha512-table-like-3.0.2'),
    misses: { third: ['package table-like'] },
  },
  {
    edit: 'the version of a package below a package',
    make: (p) => p.edit('package-lock.json', 'sha512-colour-like-2.1.0', 'sha512-colour-like-2.2.0'),
    misses: { second: ['package sharp-like'] },
  },
  {
    edit: 'another package in the lockfile',
    make: (p) =>
      p.edit(
        'package-lock.json',
        /\n {2}}\n}/,
        ',\n    "node_modules/new": { "version": "1.0.0", "integrity": "sha512-new" }\n  }\n}',
      ),
    misses: {},
  },
];

describe('the edit table', () => {
  it.each(TABLE)('$edit', async ({ make, misses }) => {
    const project = sourceProject({ template });
    const before = await digests(project);
    make(project);
    const after = await digests(project);
    for (const [index, method] of STEPS.entries()) {
      const expected = misses[method] ?? [];
      expect(changedParts(before[index]!, after[index]!), method).toEqual(expected);
      expect(after[index]!.digest !== before[index]!.digest, `${method} misses`).toBe(expected.length > 0);
    }
  });

  it('gives the same digest in another folder', async () => {
    const project = sourceProject({ template });
    const other = sourceProject({ template });
    expect((await digests(other)).map(({ digest }) => digest)).toEqual(
      (await digests(project)).map(({ digest }) => digest),
    );
  });

  it('comes back to the same digest when an edit is undone', async () => {
    const project = sourceProject({ template });
    const before = await digests(project);
    project.edit('lib/deep.ts', '+ 100', '+ 101');
    await digests(project);
    project.edit('lib/deep.ts', '+ 101', '+ 100');
    expect((await digests(project)).map(({ digest }) => digest)).toEqual(before.map(({ digest }) => digest));
  });

  it('sees a change 150 imports deep', async () => {
    const files: Record<string, string> = {
      'steps/s.ts': `import { f0 } from './f0';\nexport class S { async a() { return f0(); } }`,
    };
    for (let i = 0; i < 150; i++)
      files[`steps/f${i}.ts`] = `import { f${i + 1} } from './f${i + 1}';\nexport const f${i} = () => f${i + 1}();`;
    files['steps/f150.ts'] = 'export const f150 = () => 1;';
    const project = sourceProject({ files });
    const s = { file: 'steps/s.ts', className: 'S', method: 'a' };
    const before = await project.digest(s);
    expect(before.files).toHaveLength(152);
    project.edit('steps/f150.ts', '=> 1', '=> 2');
    expect(changedParts(before, await project.digest(s))).toEqual(['code steps/f150.ts#f150']);
  });

  it('keeps the code of one run as it was when the run first read it', async () => {
    const project = sourceProject({ template });
    const run = createCodeDigester({ projectDir: project.dir, cacheDir: join(project.dir, '.cache/frozen') });
    const of = (method: string) => run.digestOf({ file: join(project.dir, step), className: 'Example', method });
    const before = await of('first');
    project.edit(step, '51', '52');
    project.edit(step, '41', '42');
    expect(await of('first')).toBe(before);
    const second = await of('second');
    expect(second.digest).not.toBe(
      (await project.digest({ file: step, className: 'Example', method: 'second' })).digest,
    );
  });
});
