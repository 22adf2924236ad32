import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepCodeTexts } from '../../../framework/cache/keep-code-texts.ts';
import type { CodeDigester } from '../../../framework/code/code-digest.ts';
import { createCodeDigester } from '../../../framework/code/create-code-digester.ts';
import type { Digest } from '../../../framework/hashing/digest.ts';
import { stepCall } from '../cache/step-call.ts';
import { type SourceProject, sourceProject } from './source-project.ts';

const FILES = {
  'steps/a.steps.ts': `import { step } from 'sluice';
import labels from './labels.json' with { type: 'json' };
import { area } from './area.ts';
// Not part of any piece.
const [unused, bias] = [1, 2];
export class Steps {
  private readonly names = labels;
  @step() async fit(n: number): Promise<number> {
    // Why: because.
    return area(n) + bias;
  }
  get half(): number { return 1; }
  set half(value: number) {}
  never(): void {}
}
`,
  'steps/area.ts':
    "console.log('first');\nexport const by = 2, far = 3;\nexport function area(n: number): number { return n * by; }\nconsole.log('last');\n",
  'steps/labels.json': '{ "a": 1 }\n',
};

const digesterOf = ({ dir }: SourceProject): CodeDigester =>
  createCodeDigester({ projectDir: dir, cacheDir: join(dir, '.cache', 'kept') });
const stepIn = ({ dir }: SourceProject) => ({
  file: join(dir, 'steps/a.steps.ts'),
  className: 'Steps',
  method: 'fit',
});

async function textsByPart(project: SourceProject): Promise<Readonly<Record<string, string | undefined>>> {
  const digester = digesterOf(project);
  const { parts } = await digester.digestOf(stepIn(project));
  const texts = await digester.textsOf(stepIn(project));
  return Object.fromEntries(
    parts.filter(({ part }) => part.startsWith('code ')).map(({ part, digest }) => [part, texts.get(digest)]),
  );
}

it('every part of a digest that is code has the text it stands for, in its own indentation', async () => {
  const project = sourceProject({ files: FILES });
  const texts = await textsByPart(project);
  expect(texts['code steps/a.steps.ts#Steps.fit']).toMatch(
    /async fit\(n: number\): Promise<number> \{\n {2}\/\/ Why: because\.\n {2}return area\(n\) \+ bias;\n\}\n$/,
  );
  expect(texts['code steps/area.ts#area']).toBe('function area(n: number): number { return n * by; }\n');
  expect(texts['code steps/area.ts#by']).toBe('by = 2\n');
  expect(texts['code steps/area.ts#(top level)']).toBe("console.log('first');\n\nconsole.log('last');\n");
  expect(Object.values(texts)).not.toContain(undefined);
  expect(JSON.stringify(texts)).not.toMatch(/never|Not part of/);
});

it('texts are those of the digest, whatever the disk says since', async () => {
  const project = sourceProject({ files: FILES });
  const digester = digesterOf(project);
  const { parts } = await digester.digestOf(stepIn(project));
  project.edit('steps/area.ts', 'n * by', 'n + by');
  const texts = await digester.textsOf(stepIn(project));
  const area = parts.find(({ part }) => part.endsWith('#area'));
  expect(texts.get(area!.digest)).toContain('n * by');
});

it('a store gets the texts once for each version of the code', async () => {
  const kept = new Map<Digest, string>();
  const writes: number[] = [];
  const store = {
    codeTexts: async (digests: readonly Digest[]) =>
      new Map(digests.flatMap((digest) => (kept.has(digest) ? [[digest, kept.get(digest)!] as const] : []))),
    async writeCodeTexts(texts: ReadonlyMap<Digest, string>) {
      writes.push(texts.size);
      for (const [digest, text] of texts) kept.set(digest, text);
    },
  };
  const project = sourceProject({ files: FILES });
  const runOnce = async (times: number): Promise<void> => {
    const digester = digesterOf(project);
    const { digest, parts } = await digester.digestOf(stepIn(project));
    const node = stepCall([1]);
    const here = { ...node, step: { ...node.step, ...stepIn(project) } };
    const keep = keepCodeTexts(store, digester);
    const call = { parts: [{ part: 'code', digest, display: '' }, ...parts] };
    for (let i = 0; i < times; i++) await keep(here, call);
  };
  await runOnce(3);
  await runOnce(2);
  expect(writes).toHaveLength(1);
  project.edit('steps/area.ts', 'n * by', 'n + by');
  await runOnce(1);
  expect(writes).toHaveLength(2);
  expect([...kept.values()].filter((text) => text.includes('function area'))).toHaveLength(2);
});
