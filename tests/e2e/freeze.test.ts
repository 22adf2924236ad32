import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { project, sluice } from './sluice-command.ts';

/** Every kind of file that code can load, each saying which version it is of. */
const LIBRARY = `
import { writeFileSync } from 'node:fs';
export function writeLibrary(dir, version) {
  const files = {
    'static.ts': "export const value: string = 'static.ts VERSION';",
    'static.mjs': "export const value = 'static.mjs VERSION';",
    'static.cjs': "exports.value = 'static.cjs VERSION';",
    'static.json': '{ "value": "static.json VERSION" }',
    'lazy.ts': "import { value as nested } from './nested.ts'; export const value: string = 'lazy.ts VERSION, ' + nested;",
    'nested.ts': "export const value: string = 'nested.ts VERSION';",
    'lazy.mjs': "import { value as nested } from './nested.mjs'; export const value = 'lazy.mjs VERSION, ' + nested;",
    'nested.mjs': "export const value = 'nested.mjs VERSION';",
    'lazy.cjs': "exports.value = 'lazy.cjs VERSION, ' + require('./nested.cjs').value;",
    'nested.cjs': "exports.value = 'nested.cjs VERSION';",
    'lazy.json': '{ "value": "lazy.json VERSION" }',
    'required.json': '{ "value": "required.json VERSION" }',
    'asset.txt': 'asset.txt VERSION',
    'declared.txt': 'declared.txt VERSION',
    'argument.txt': 'argument.txt VERSION',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(dir + '/' + name, text.replaceAll('VERSION', version));
}
`;

const STEPS = `
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { FileRef, step } from 'sluice';
import { writeLibrary } from '../library.mjs';
import { value as typescript } from './lib/static.ts';
import { value as javascript } from './lib/static.mjs';
import commonjs from './lib/static.cjs';
import json from './lib/static.json' with { type: 'json' };

const require = createRequire(import.meta.url);
const loaded = async (): Promise<string[]> => [
  typescript, javascript, commonjs.value, json.value,
  (await import('./lib/lazy.ts')).value, (await import('./lib/lazy.mjs')).value, require('./lib/lazy.cjs').value,
  (await import('./lib/lazy.json', { with: { type: 'json' } })).default.value, require('./lib/required.json').value,
];
export class Steps {
  /** Edits the project while its run goes on, before anything was loaded late. */
  @step({ cache: false }) async edit(to: string): Promise<string> {
    if (to !== '') writeLibrary('steps/lib', to);
    return 'edited';
  }
  @step() async inline(_: string) { return loaded(); }
  @step({ isolation: 'process' }) async process(_: string) { return loaded(); }
  @step() async asset(_: string) { return readFileSync(new URL('./lib/asset.txt', import.meta.url), 'utf8'); }
  @step({ inputs: { files: ['steps/lib/declared.txt'] } }) async declared(to: string) {
    if (to !== '') writeLibrary('steps/lib', to + ' by declared');
    return readFile('steps/lib/declared.txt', 'utf8');
  }
  @step() async argument(file: FileRef, to: string) {
    if (to !== '') writeLibrary('steps/lib', to + ' by argument');
    return readFile(file.path, 'utf8');
  }
  @step({ inputs: { env: ['FREEZE_TEST'] } }) async environment(to: string) {
    if (to !== '') process.env['FREEZE_TEST'] = to;
    return to;
  }
}
`;

const PIPELINES = `
import { FileRef, pipeline } from 'sluice';
import { z } from 'zod';
import { Steps } from '../steps/all.steps.ts';
const Params = z.object({ to: z.string().default('') });
type Params = z.infer<typeof Params>;
@pipeline({ name: 'code', params: Params })
export class Code {
  async run({ to }: Params) {
    const steps = new Steps();
    const edited = await steps.edit(to);
    return { inline: await steps.inline(edited), process: await steps.process(edited), asset: await steps.asset(edited) };
  }
}
@pipeline({ name: 'inputs', params: Params })
export class Inputs {
  async run({ to }: Params) {
    const steps = new Steps();
    const file = FileRef.of('steps/lib/argument.txt');
    return { declared: await steps.declared(to), argument: await steps.argument(file, to), environment: await steps.environment(to) };
  }
}
`;

function frozenProject(): { readonly dir: string; edit(version: string): Promise<void> } {
  const dir = project({
    'library.mjs': LIBRARY,
    'steps/all.steps.ts': STEPS,
    'pipelines/all.pipeline.ts': PIPELINES,
  });
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'steps/lib'), { recursive: true });
  const edit = async (version: string): Promise<void> => {
    const { writeLibrary } = (await import(join(dir, 'library.mjs'))) as {
      writeLibrary(dir: string, version: string): void;
    };
    writeLibrary(join(dir, 'steps/lib'), version);
  };
  return { dir, edit };
}

interface Told {
  readonly status: Readonly<Record<string, string>>;
  readonly result: Readonly<Record<string, string | readonly string[]>>;
  readonly warnings: string;
}

/** As Node 22.13 and 22.14 are: their hooks run in a thread of their own, and nobody is asked about what is required. */
const OLD_NODE = {
  NODE_OPTIONS: '--import=data:text/javascript,import%20m%20from%20%22node:module%22;delete%20m.registerHooks',
};

async function run(dir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> {
  const ran = await sluice(['run', ...args], { cwd: dir, env });
  expect(ran.code, ran.stderr).toBe(0);
  const shown = await sluice(['runs', 'show', 'latest', '--output', 'json'], { cwd: dir });
  const { steps, result } = JSON.parse(shown.stdout);
  const status = Object.fromEntries(steps.map((step: { name: string; status: string }) => [step.name, step.status]));
  return { status, result, warnings: ran.stdout + ran.stderr };
}

const versions = (value: string | readonly string[] | undefined): string[] => [
  ...new Set([value ?? []].flat().flatMap((text) => [...text.matchAll(/one|two/g)].map(([version]) => version))),
];

describe.each([
  { name: 'a run', env: {} },
  { name: 'a run by a Node that loads modules in a thread', env: OLD_NODE },
])('$name', ({ env }) => {
  it('has the code of its start, whatever is edited meanwhile, and its key says that code', async () => {
    const { dir, edit } = frozenProject();
    await edit('one');
    const during = await run(dir, ['code', '--to', 'two'], env);
    expect(readFileSync(join(dir, 'steps/lib/lazy.ts'), 'utf8')).toContain('two');
    expect(during.result['inline']).toHaveLength(9);
    expect(versions(during.result['inline'])).toEqual(['one']);
    expect(versions(during.result['process'])).toEqual(['one']);

    const after = await run(dir, ['code'], env);
    expect(after.status).toMatchObject({ inline: 'succeeded', process: 'succeeded', asset: 'succeeded' });
    for (const step of ['inline', 'process', 'asset']) expect(versions(after.result[step])).toEqual(['two']);

    // What was computed from the old code while the new one lay there is the result of the old code.
    await edit('one');
    const back = await run(dir, ['code'], env);
    // A file that code opens by itself can't be frozen: what it read during the edit is nobody's result.
    expect(back.status).toMatchObject({ inline: 'cached', process: 'cached', asset: 'succeeded' });
    for (const step of ['inline', 'process', 'asset']) expect(versions(back.result[step])).toEqual(['one']);
  });
});

it('a result whose declared input changed under it is used and not used again, and the run says so', async () => {
  const { dir, edit } = frozenProject();
  await edit('one');
  const changed = await run(dir, ['inputs', '--to', 'two']);
  expect(changed.warnings).toMatch(/file steps\/lib\/declared\.txt changed while step declared ran/);
  expect(changed.warnings).toMatch(/file argument\.txt changed while step argument ran/);
  expect(changed.warnings).toMatch(/env FREEZE_TEST changed while step environment ran/);
  await edit('one');
  const again = await run(dir, ['inputs', '--to', 'two']);
  expect(Object.values(again.status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
  const calm = await run(dir, ['inputs']);
  expect(calm.warnings).not.toMatch(/changed while/);
  expect(Object.values((await run(dir, ['inputs'])).status)).toEqual(['cached', 'cached', 'cached']);
});
